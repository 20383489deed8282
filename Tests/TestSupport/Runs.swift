import Glibc

/// The seeds of a test's random cases: 1 to some hundreds in the suite, as many as `LOCKSTEP_SOAK`
/// says in a soak, from `LOCKSTEP_SEED` on where one case is to be run again. A debug build, which
/// is many times slower, goes through a quarter.
///
/// - Parameter cost: how many cases of the usual size one of these is worth; a soak goes through
///   so many times fewer of them.
public func randomSeeds(_ usual: Int, cost: UInt64 = 1) -> ClosedRange<UInt64> {
  #if DEBUG
    let share = 4
  #else
    let share = 1
  #endif
  let count = environmentNumber("LOCKSTEP_SOAK").map { $0 / cost } ?? UInt64(usual / share)
  let first = environmentNumber("LOCKSTEP_SEED") ?? 1
  return first...first + max(1, count) - 1
}

private func environmentNumber(_ name: String) -> UInt64? {
  guard let text = unsafe getenv(name) else { return nil }
  return unsafe UInt64(String(cString: text))
}
