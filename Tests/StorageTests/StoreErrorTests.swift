import Market
import Testing

@testable import Storage

/// Every error says where, what was found and what to do.
@Suite struct StoreErrorTests {
  @Test func descriptions() {
    let chunk = ChunkIdentity(id: 7, symbol: "S", kind: .quote, firstTime: 1_500_000_000)
    let strange = ChunkIdentity(id: 8, symbol: "S", kind: .trade, firstTime: .max)
    let failure = SQLiteFailure(code: 266, message: "disk I/O error", sql: "SELECT 1")
    let expected: [(StoreError, String)] = [
      (.missingFile(path: "m.db"), "m.db: there is no such store; 'lockstep import' makes one"),
      (.notAStore(path: "m.db", found: "a picture"), "m.db: not a market store: a picture"),
      (
        .newerVersion(path: "m.db", found: 9, supported: 2),
        "m.db: written by a newer version (schema 9); this one reads up to 2"
      ),
      (
        .olderVersion(path: "m.db", found: 1, current: 2),
        "m.db: written by an older version (schema 1, now 2); open it once for writing, and it "
          + "is brought up to date"
      ),
      (
        .locked(path: "m.db"),
        "m.db: somebody else is writing to it; try again when that is done"
      ),
      (.cannotWrite(path: "m.db", reason: "no"), "m.db: cannot be written: no"),
      (.diskFull(path: "m.db"), "m.db: the disk is full; the store is as it was before"),
      (
        .database(path: "m.db", failure),
        "m.db: disk I/O error (SQLite code 266) in: SELECT 1"
      ),
      (
        .database(path: "m.db", SQLiteFailure(code: 14, message: "no", sql: "")),
        "m.db: no (SQLite code 14)"
      ),
      (.unknownInstrument(symbol: "X"), "the store has no instrument 'X'"),
      (
        .instrumentDiffers(
          stored: .sample(), offered: .sample(prices: 3, calendar: "XNYS", anyPrice: true)),
        "S is stored with 5 price decimals, 2 quantity decimals, calendar 24x7, and now given "
          + "with 3 price decimals, 2 quantity decimals, calendar XNYS, prices at or below zero "
          + "allowed"
      ),
      (
        .calendarDiffers(name: "lab"),
        "the calendar 'lab' is stored with another definition; give the new one another name"
      ),
      (
        .damagedChunk(chunk, .timesGoBack(row: 3)),
        "chunk 7 (quotes of S from 1970-01-01T00:00:01.5Z) is damaged: the time of "
          + "record 3 lies before that of the one in front of it"
      ),
      (
        .damagedChunk(strange, .notAChunk),
        "chunk 8 (trades of S from 9223372036854775807 ns) is damaged: it does not begin with "
          + "the letters LKCH"
      ),
      (
        .malformedRow(table: "bars", row: "S", what: "odd"), "table bars, S: odd"
      ),
    ]
    for (error, description) in expected { #expect("\(error)" == description) }
  }
}
