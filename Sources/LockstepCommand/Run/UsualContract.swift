import Exchange
import Market

/// What a symbol's name and calendar suggest that is traded: what a run file need not say.
struct UsualContract {
  let kind: ListingSettings.KindWord
  let currency: Currency
  let base: Currency

  private static let quotes = [
    "USDT", "USDC", "USD", "EUR", "JPY", "GBP", "CHF", "AUD", "CAD", "NZD", "BTC",
  ]

  /// Forex on the calendar `fx-ny`, a perpetual on `24x7` and `utc`, else a share. The currency is the
  /// one with which the symbol ends, USD where it ends with none.
  init(_ instrument: Instrument) {
    let symbol = instrument.symbol
    let isShare = !["fx-ny", "24x7", "utc"].contains(instrument.calendarName)
    let quote =
      isShare
      ? nil : UsualContract.quotes.first { symbol.hasSuffix($0) && symbol.count > $0.count }
    let letters = symbol.dropLast(quote?.count ?? 0).filter {
      $0.isASCII && $0.isLetter || $0.isNumber
    }
    guard let currency = try? Currency(quote ?? "USD"),
      let base = (try? Currency(letters.prefix(16))) ?? (try? Currency("BASE"))
    else { preconditionFailure("three letters are a currency") }
    self.currency = currency
    self.base = base
    switch instrument.calendarName {
    case "fx-ny": kind = .forex
    case "24x7", "utc": kind = .perpetual
    default: kind = .equity
    }
  }
}
