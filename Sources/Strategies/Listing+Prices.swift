import Exchange
import Market

extension Listing {
  /// The nearest price at which an order may stand; nil where there is none above zero.
  func price(near price: Double) -> Price? {
    let step = Double(contract.priceIncrement)
    let raw = (price * Double(instrument.pricePrecision.scale) / step).rounded() * step
    guard raw > 0, raw < Double(Price.limit) else { return nil }
    return try? Price(raw: Int64(raw))
  }

  /// The largest quantity that may be ordered and is no more than `units`.
  func quantity(upTo units: Double) -> Quantity? {
    let step = Double(contract.quantityIncrement)
    let raw = (units * Double(instrument.quantityPrecision.scale) / step + 1e-9).rounded(.down)
    guard raw > 0, raw * step < Double(Quantity.limit) else { return nil }
    return try? Quantity(raw: Int64(raw * step))
  }
}
