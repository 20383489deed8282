import Market

/// The names under which columns are known in files that are in nobody's format.
enum ColumnAliases {
  /// In the order of preference; all lower case.
  private static let names: [(role: ColumnRole, names: [String])] = [
    (
      .time,
      [
        "time", "timestamp", "ts", "ts_ns", "ts_us", "ts_ms", "ts_s", "ts_open", "open_time",
        "datetime", "date", "exch_ts_ms", "exchange_time", "trade_ts_ms", "trade_time",
        "transact_time", "transaction_time", "event_time", "gmt time", "time (utc)", "unix",
        "event_ms", "event_time_ms", "funding_time_ms", "funding_time", "fundingtime", "calc_time",
        "local_ts_ns", "local_ts_us",
      ]
    ),
    (
      .receiveTime,
      [
        "receive", "receive_time", "received", "receive_ts_ns", "recv_time", "local_time",
        "local_timestamp", "local_ts_ns",
      ]
    ),
    (.symbol, ["symbol", "pair", "ticker", "instrument"]),
    (.price, ["price", "px", "last", "trade_price"]),
    (.quantity, ["quantity", "qty", "size", "amount", "volume", "vol"]),
    (.side, ["side", "aggressor", "taker_side"]),
    (.buyerIsMaker, ["buyer_is_maker", "is_buyer_maker", "isbuyermaker"]),
    (.id, ["id", "trade_id", "tradeid", "tid", "agg_trade_id", "update_id", "sequence", "seq"]),
    (.bid, ["bid", "bid_price", "bidprice", "bid_px", "best_bid_price"]),
    (.ask, ["ask", "ask_price", "askprice", "ask_px", "best_ask_price"]),
    (
      .bidSize,
      [
        "bid_size", "bidsize", "bid_qty", "bid_volume", "bidvolume", "bid_vol", "best_bid_qty",
      ]
    ),
    (
      .askSize,
      [
        "ask_size", "asksize", "ask_qty", "ask_volume", "askvolume", "ask_vol", "best_ask_qty",
      ]
    ),
    (.rate, ["rate", "funding_rate", "fundingrate", "last_funding_rate"]),
    (.mark, ["mark", "mark_price", "markprice"]),
    (.open, ["open", "o"]),
    (.high, ["high", "h"]),
    (.low, ["low", "l"]),
    (.close, ["close", "c"]),
    (.volume, ["volume", "vol", "v", "volume_mio", "quantity", "tick_volume"]),
    (.ticks, ["ticks", "tick_count", "trades", "trade_count", "count", "number_of_trades"]),
  ]

  /// Which column of `sample` has which role, for records of `kind`: of several candidates the
  /// one that is preferred, and has values. No column has two roles.
  static func columns(
    of kind: RecordKind, in sample: TapeSample, _ header: [String]
  ) -> [ColumnRole: Int] {
    var columns: [ColumnRole: Int] = [:]
    var taken: Set<Int> = []
    for (role, names) in names where role.kinds.contains(kind) {
      let candidates = names.compactMap { header.firstIndex(of: $0) }
      let column = candidates.first {
        !taken.contains($0) && (sample.rows.isEmpty || !sample.values(column: $0).isEmpty)
      }
      guard let column else { continue }
      columns[role] = column
      taken.insert(column)
    }
    return columns
  }
}
