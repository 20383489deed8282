import Market

/// What a window can hold: plain data that goes into bytes and comes back bit for bit.
public protocol WindowElement: BitwiseCopyable, Sendable {
  /// What stands in a place that nothing has been put into.
  static var zero: Self { get }
  func encode(into writer: inout StateWriter)
  init(from reader: inout StateReader) throws(MarketError)
}

extension Int64: WindowElement {
  public func encode(into writer: inout StateWriter) { writer.write(self) }
  public init(from reader: inout StateReader) throws(MarketError) { self = try reader.read() }
}

extension Double: WindowElement {
  public func encode(into writer: inout StateWriter) { writer.write(self) }
  public init(from reader: inout StateReader) throws(MarketError) {
    self = try reader.readFinite()
  }
}
