import Glibc

/// Runs `body` on a thread of its own, which nobody waits for.
func startThread(_ body: @escaping @Sendable () -> Void) {
  precondition(tryToStartThread(body), "the system has no thread left")
}

/// The same, for who can do without.
/// - Returns: Whether the system had a thread left.
package func tryToStartThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  var thread = pthread_t()
  let context = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
  let status = unsafe pthread_create(
    &thread, nil,
    { context in
      guard let context = unsafe context else { return nil }
      unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
      return nil
    }, context)
  guard status == 0 else {
    unsafe Unmanaged<Body>.fromOpaque(context).release()
    return false
  }
  pthread_detach(thread)
  return true
}
