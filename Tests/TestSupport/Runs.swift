import Glibc

/// How many random cases a test goes through: hundreds in the suite, more by `LOCKSTEP_SOAK`.
public func randomRuns(_ usual: Int) -> Int {
  guard let text = unsafe getenv("LOCKSTEP_SOAK") else { return usual }
  return unsafe Int(String(cString: text)) ?? usual
}
