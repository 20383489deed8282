import Market
import Sessions

/// Takes the rows of one file into a series of bars: each onto the grid of its timeframe, or out.
struct BarImport: RowImport {
  private let isStrict: Bool
  private var reader: BarRows
  private let add: ([Bar]) throws -> RowsAdded

  private(set) var counts = ImportCounts()
  private(set) var rejects = RejectLog()
  private(set) var timeRange: ClosedRange<Timestamp>?
  private var order = RowOrder()

  init(
    _ bars: PlannedBars, calendar: TradingCalendar, isStrict: Bool,
    add: @escaping ([Bar]) throws -> RowsAdded
  ) {
    self.isStrict = isStrict
    reader = BarRows(bars, calendar)
    self.add = add
  }

  mutating func finish() {}

  mutating func take(_ batch: RowBatch, from place: String) throws {
    var bars: [Bar] = []
    var lines: [Int] = []
    bars.reserveCapacity(batch.count)
    for row in 0..<batch.count {
      let line = Int(batch[.line, row])
      do throws(RejectReason) {
        bars.append(try reader.bar(batch, row))
        lines.append(line)
      } catch {
        rejects.add(error, line: line, place: place)
        continue
      }
      let isLate = try order.isLate(batch, row, from: place, isStrict: isStrict)
      if isLate { counts.outOfOrder += 1 }
    }
    let added = try add(bars)
    counts.count(added)
    for index in added.conflicting {
      rejects.add(
        .conflictingRecord(.bar, time: "\(bars[index].tsOpen)"), line: lines[index], place: place)
    }
    timeRange.extend(over: bars, leavingOut: added) { $0.tsOpen...$0.tsClose }
  }
}
