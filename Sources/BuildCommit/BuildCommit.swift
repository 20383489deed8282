/// What `CBuildCommit` answers in a program that has this target in it.
@_cdecl("lockstep_build_commit")
public func buildCommit() -> UnsafePointer<CChar> {
  unsafe UnsafeRawPointer(commit.utf8Start).assumingMemoryBound(to: CChar.self)
}
