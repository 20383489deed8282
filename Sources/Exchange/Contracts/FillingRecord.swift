/// The kind of record that fills a listing's orders.
public enum FillingRecord: String, CaseIterable, Sendable {
  case trade, quote, bar
}
