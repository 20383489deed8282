import Market

/// The last few elements of a series, the oldest overwritten first; of none, it passes on what
/// it is given.
///
/// An indicator over `period` inputs keeps the `period - 1` before the next one: then `peek` has
/// nothing to undo. The memory is allocated once.
@safe struct Window<Element: WindowElement>: ~Copyable, @unchecked Sendable {
  // Sendable by hand: the memory has one owner, the window, and no other way in.
  private let elements: UnsafeMutablePointer<Element>
  let capacity: Int
  /// Where the oldest element stands, and the next one goes.
  private var position = 0
  /// How many elements have been put in, also those that were overwritten.
  private(set) var pushedCount = 0

  init(capacity: Int) {
    self.capacity = capacity
    // One element at least, so that there is something to pass on through.
    unsafe elements = .allocateCacheLines(capacity: capacity)
    unsafe elements.initialize(repeating: .zero, count: max(1, capacity))
  }

  deinit { unsafe elements.deallocate() }

  /// Whether every place has been filled.
  @inline(__always)
  var isFull: Bool { pushedCount >= capacity }

  /// Whether an element has come on top of a full window: an indicator over it had an output.
  @inline(__always)
  var isReady: Bool { pushedCount > capacity }

  /// The element that is overwritten next; zero until the window is full.
  @inline(__always)
  var oldest: Element { unsafe elements[position] }

  /// The element `age` places after the oldest; zero until that place is filled.
  @inline(__always)
  subscript(fromOldest age: Int) -> Element {
    precondition(UInt(bitPattern: age) < UInt(bitPattern: capacity), "place out of range")
    let index = position &+ age
    return unsafe elements[index < capacity ? index : index &- capacity]
  }

  /// Puts an element in.
  /// - Returns: the element that falls out: zero until the window is full, the element itself
  ///   when there is no room at all.
  @inline(__always) @discardableResult
  mutating func push(_ element: Element) -> Element {
    pushedCount &+= 1
    if capacity == 0 { return element }
    let oldest = unsafe elements[position]
    unsafe elements[position] = element
    position &+= 1
    if position == capacity { position = 0 }
    return oldest
  }

  func encode(into writer: inout StateWriter) {
    writer.write(Int64(pushedCount))
    writer.write(Int64(position))
    for index in 0..<capacity { unsafe elements[index].encode(into: &writer) }
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    pushedCount = try reader.readCount()
    position = try reader.readCount(upTo: max(0, capacity - 1))
    guard position == pushedCount % max(1, capacity) else {
      throw .malformedState("place \(position) after \(pushedCount) of \(capacity)")
    }
    for index in 0..<capacity { unsafe elements[index] = try Element(from: &reader) }
  }
}

extension Window<Double> {
  /// Σ |element - centre|, four elements at a time: the order of the sum is that of memory.
  @inline(__always)
  func sumOfDistances(from centre: Double) -> Double {
    var lanes = SIMD4<Double>.zero
    var index = 0
    while index &+ 4 <= capacity {
      let four = unsafe UnsafeRawPointer(elements + index).loadUnaligned(as: SIMD4<Double>.self)
      let distance = four - centre
      lanes += unsafe unsafeBitCast(
        unsafeBitCast(distance, to: SIMD4<UInt64>.self) & UInt64(Int64.max), to: SIMD4<Double>.self)
      index &+= 4
    }
    var sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
    while index < capacity {
      sum += unsafe abs(elements[index] - centre)
      index &+= 1
    }
    return sum
  }
}
