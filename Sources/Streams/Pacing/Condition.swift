import Glibc
import Market

/// A lock, and a place to wait for what others do under it.
///
/// The deadline of a wait is on the system's monotonic clock.
@safe public final class Condition: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  public init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    let isMade =
      unsafe pthread_mutex_init(mutex, nil) == 0 && pthread_cond_init(condition, &attributes) == 0
    precondition(isMade, "the system has no lock left")
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  public func lock() { unsafe pthread_mutex_lock(mutex) }

  public func unlock() { unsafe pthread_mutex_unlock(mutex) }

  func withLock<Result, Fault: Error>(
    _ body: () throws(Fault) -> Result
  ) throws(Fault) -> Result {
    lock()
    defer { unlock() }
    return try body()
  }

  /// Wakes everyone who waits.
  public func broadcast() { unsafe pthread_cond_broadcast(condition) }

  /// Waits, locked, until woken or until the system's monotonic clock shows `deadline` nanoseconds;
  /// now and then for less.
  public func wait(until deadline: Int64?) {
    guard let deadline else {
      unsafe pthread_cond_wait(condition, mutex)
      return
    }
    var time = timespec(
      tv_sec: Int(deadline / nanosecondsPerSecond), tv_nsec: Int(deadline % nanosecondsPerSecond))
    unsafe pthread_cond_timedwait(condition, mutex, &time)
  }
}
