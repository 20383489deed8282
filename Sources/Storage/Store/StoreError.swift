import Market
import Sessions

/// Why the store could not do what was asked.
public enum StoreError: Error, Hashable, Sendable {
  case missingFile(path: String)
  /// The file is something else, with what was found.
  case notAStore(path: String, found: String)
  /// Written by a newer Lockstep than this one.
  case newerVersion(path: String, found: Int, supported: Int)
  /// Written by an older Lockstep, and opened for reading only, so that it cannot be brought up.
  case olderVersion(path: String, found: Int, current: Int)
  /// Somebody else is writing, and did not finish within the time allowed.
  case locked(path: String)
  /// The file or its folder does not let itself be written.
  case cannotWrite(path: String, reason: String)
  case diskFull(path: String)
  /// Any other complaint of SQLite's.
  case database(path: String, SQLiteFailure)
  case unknownInstrument(symbol: String)
  /// Records of this symbol are stored under another definition of it.
  case instrumentDiffers(stored: Instrument, offered: Instrument)
  /// Another definition is stored under this name.
  case calendarDiffers(name: String)
  /// An instrument's calendar is neither built in nor stored, or its definition is not one.
  case unusableCalendar(name: String, CalendarError)
  case damagedChunk(ChunkIdentity, ChunkFault)
  /// A row that the store would not have written.
  case malformedRow(table: String, row: String, what: String)
}

/// What SQLite says.
public struct SQLiteFailure: Hashable, Sendable {
  /// The extended result code.
  public var code: Int32
  public var message: String
  /// The statement that was being prepared or run; empty where there was none.
  public var sql: String
}

/// Which chunk, so that somebody can find it.
public struct ChunkIdentity: Hashable, Sendable {
  /// Its `id` in the table `tick_chunks`.
  public var id: Int64
  public var symbol: String
  public var kind: RecordKind
  /// The time of its first record, as far as the table says.
  public var firstTime: Int64
}

extension ChunkIdentity: CustomStringConvertible {
  public var description: String {
    let time = (try? Timestamp(nanoseconds: firstTime)).map(String.init) ?? "\(firstTime) ns"
    return "chunk \(id) (\(kind.rawValue)s of \(symbol) from \(time))"
  }
}

extension SQLiteFailure: CustomStringConvertible {
  public var description: String {
    "\(message) (SQLite code \(code))" + (sql.isEmpty ? "" : " in: \(sql)")
  }
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingFile(let path):
      "\(path): there is no such store; 'lockstep import' makes one"
    case .notAStore(let path, let found):
      "\(path): not a market store: \(found)"
    case .newerVersion(let path, let found, let supported):
      "\(path): written by a newer version (schema \(found)); this one reads up to \(supported)"
    case .olderVersion(let path, let found, let current):
      "\(path): written by an older version (schema \(found), now \(current)); "
        + "open it once for writing, and it is brought up to date"
    case .locked(let path):
      "\(path): somebody else is writing to it; try again when that is done"
    case .cannotWrite(let path, let reason):
      "\(path): cannot be written: \(reason)"
    case .diskFull(let path):
      "\(path): the disk is full; the store is as it was before"
    case .database(let path, let failure):
      "\(path): \(failure)"
    case .unknownInstrument(let symbol):
      "the store has no instrument '\(symbol)'"
    case .instrumentDiffers(let stored, let offered):
      "\(stored.symbol) is stored with \(StoreError.terms(stored)), and now given with "
        + StoreError.terms(offered)
    case .calendarDiffers(let name):
      "the calendar '\(name)' is stored with another definition; give the new one another name"
    case .unusableCalendar(let name, let error):
      "the calendar '\(name)': \(error)"
    case .damagedChunk(let chunk, let fault):
      "\(chunk) is damaged: \(fault)"
    case .malformedRow(let table, let row, let what):
      "table \(table), \(row): \(what)"
    }
  }

  private static func terms(_ instrument: Instrument) -> String {
    "\(instrument.pricePrecision.digits) price decimals, "
      + "\(instrument.quantityPrecision.digits) quantity decimals, "
      + "calendar \(instrument.calendarName)"
      + (instrument.allowsNonPositivePrices ? ", prices at or below zero allowed" : "")
  }
}
