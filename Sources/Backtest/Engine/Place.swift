/// A part of the run in memory of its own.
///
/// The run is a class, so that snapshots and contexts are views of it. A stored property of a class
/// is checked for overlapping accesses whenever it is touched, and is copied to be asked something: on
/// the way of every bar both cost more than what is asked. By its address neither happens. What the
/// checks would find must be kept by hand: no part calls back into the run, no source asks it
/// anything, and no access to a part goes on while the strategy is called.
@safe struct Place<Value: ~Copyable>: ~Copyable {
  let address: UnsafeMutablePointer<Value>

  init(_ value: consuming Value) {
    unsafe address = .allocate(capacity: 1)
    unsafe address.initialize(to: value)
  }

  deinit {
    unsafe address.deinitialize(count: 1)
    unsafe address.deallocate()
  }
}
