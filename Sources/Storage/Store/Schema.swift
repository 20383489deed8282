/// The tables of a store, as a list of steps: step n brings a store of version n to n + 1, and a
/// new store takes them all. Steps that were released are never changed.
struct Schema {
  var migrations: [String]

  /// What `PRAGMA user_version` says of an up-to-date store.
  var version: Int { migrations.count }

  static let current = Schema(migrations: [version1, version2, version3, version4])

  /// `PRAGMA application_id`: the letters LKST. It tells a store from any other database.
  static let applicationID: Int64 = 0x4C4B_5354

  /// Makes a store of an empty database, or brings an older one up to date; all or nothing.
  func migrate(_ connection: Connection) throws(StoreError) {
    try connection.execute("BEGIN IMMEDIATE")
    do throws(StoreError) {
      // Asked again now that nobody else can be doing the same.
      let found = try connection.integer("PRAGMA user_version") ?? 0
      for step in migrations.dropFirst(Int(found)) { try connection.execute(step) }
      try connection.execute(
        "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = \(version)")
      try connection.execute("COMMIT")
    } catch {
      if connection.isInTransaction { try connection.execute("ROLLBACK") }
      throw error
    }
  }

  private static let version1 = """
    CREATE TABLE instruments (
      symbol TEXT PRIMARY KEY NOT NULL,
      price_precision INTEGER NOT NULL,           -- decimals of its prices
      quantity_precision INTEGER NOT NULL,        -- decimals of its quantities
      calendar TEXT NOT NULL,
      allows_non_positive_prices INTEGER NOT NULL CHECK (allows_non_positive_prices IN (0, 1))
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE imports (
      number INTEGER PRIMARY KEY,                 -- in the order in which they were made
      file_name TEXT NOT NULL,
      content_hash TEXT NOT NULL,                 -- xxHash64 of the file's bytes, hexadecimal
      format TEXT NOT NULL,
      symbol TEXT NOT NULL REFERENCES instruments (symbol),
      kind TEXT NOT NULL CHECK (kind IN ('trade', 'quote', 'bar')),
      rows_read INTEGER NOT NULL CHECK (rows_read = accepted + rejected + deduplicated),
      accepted INTEGER NOT NULL CHECK (accepted >= 0),
      rejected INTEGER NOT NULL CHECK (rejected >= 0),
      deduplicated INTEGER NOT NULL CHECK (deduplicated >= 0),
      out_of_order INTEGER NOT NULL,              -- of the accepted, sorted into place
      crossed INTEGER NOT NULL,                   -- of the accepted quotes, bid above ask
      first_time INTEGER,                         -- nanoseconds since 1970, UTC
      last_time INTEGER,
      imported_at INTEGER                         -- nanoseconds since 1970, if the caller said so
    ) STRICT;
    CREATE INDEX imports_by_content ON imports (symbol, content_hash);

    CREATE TABLE tick_chunks (
      id INTEGER PRIMARY KEY,
      symbol TEXT NOT NULL REFERENCES instruments (symbol),
      kind TEXT NOT NULL CHECK (kind IN ('trade', 'quote')),
      first_time INTEGER NOT NULL,                -- nanoseconds since 1970, UTC
      last_time INTEGER NOT NULL CHECK (last_time >= first_time),
      tick_count INTEGER NOT NULL CHECK (tick_count > 0),
      min_sequence INTEGER,                       -- NULL where no tick has one
      max_sequence INTEGER,
      hash TEXT NOT NULL,                         -- the hash inside data, hexadecimal
      data BLOB NOT NULL                          -- docs/storage-format.md
    ) STRICT;
    -- The order of the tape: chunks do not overlap, so sorting by the last time, the first time and
    -- the id sorts by position, even among equal times.
    CREATE INDEX tick_chunks_by_time ON tick_chunks (symbol, kind, last_time, first_time);

    CREATE TABLE bars (
      symbol TEXT NOT NULL REFERENCES instruments (symbol),
      source TEXT NOT NULL CHECK (source IN ('bid', 'ask', 'mid', 'last')),
      timeframe TEXT NOT NULL,
      ts_open INTEGER NOT NULL,                   -- nanoseconds since 1970, UTC
      ts_close INTEGER NOT NULL,                  -- not part of the bar
      open INTEGER NOT NULL,                      -- units of the last price decimal (mid: one more)
      high INTEGER NOT NULL,
      low INTEGER NOT NULL,
      close INTEGER NOT NULL,
      volume INTEGER NOT NULL,                    -- units of the last quantity decimal
      tick_count INTEGER NOT NULL,
      trading_day TEXT NOT NULL,                  -- ISO 8601
      PRIMARY KEY (symbol, source, timeframe, ts_open)
    ) STRICT, WITHOUT ROWID;

    CREATE VIEW bars_readable AS
      SELECT symbol, source, timeframe,
        \(isoTime("ts_open")) AS ts_open, \(isoTime("ts_close")) AS ts_close,
        \(decimal("open", priceDigits)) AS open, \(decimal("high", priceDigits)) AS high,
        \(decimal("low", priceDigits)) AS low, \(decimal("close", priceDigits)) AS close,
        \(decimal("volume", volumeDigits)) AS volume, tick_count, trading_day
      FROM bars JOIN instruments USING (symbol);

    CREATE VIEW streams_readable AS
      SELECT symbol, kind, sum(tick_count) AS ticks,
        \(isoTime("min(first_time)")) AS first_time, \(isoTime("max(last_time)")) AS last_time,
        count(*) AS chunks, sum(length(data)) AS bytes
      FROM tick_chunks GROUP BY symbol, kind;

    \(importsReadable)
    """

  /// Calendars that a user defined travel with the data they cut.
  private static let version2 = """
    CREATE TABLE calendars (
      name TEXT PRIMARY KEY NOT NULL,
      definition TEXT NOT NULL                    -- JSON, docs/calendars.md
    ) STRICT, WITHOUT ROWID;
    """

  /// A file is imported for a symbol once. Before this step two writers could import one at the same
  /// moment; the later of such imports are numbered, so that a store that has any can be read, and
  /// verification names them.
  private static let version3 = """
    ALTER TABLE imports ADD COLUMN repetition INTEGER NOT NULL DEFAULT 0;  -- always 0 from now on
    UPDATE imports SET repetition = (
      SELECT count(*) FROM imports AS earlier
      WHERE earlier.symbol = imports.symbol AND earlier.content_hash = imports.content_hash
        AND earlier.number < imports.number);
    DROP INDEX imports_by_content;
    CREATE UNIQUE INDEX imports_by_content ON imports (symbol, content_hash, repetition);
    """

  /// What a perpetual contract has beside its trades and quotes: plain rows. The table of imports is made
  /// again to know them, and first, so that the new tables take the pages of the old one.
  private static let version4 = """
    DROP VIEW imports_readable;
    CREATE TABLE imports_of_all_kinds (
      number INTEGER PRIMARY KEY,
      file_name TEXT NOT NULL,
      content_hash TEXT NOT NULL,
      format TEXT NOT NULL,
      symbol TEXT NOT NULL REFERENCES instruments (symbol),
      kind TEXT NOT NULL CHECK (kind IN ('trade', 'quote', 'bar', 'funding rate', 'mark price')),
      rows_read INTEGER NOT NULL CHECK (rows_read = accepted + rejected + deduplicated),
      accepted INTEGER NOT NULL CHECK (accepted >= 0),
      rejected INTEGER NOT NULL CHECK (rejected >= 0),
      deduplicated INTEGER NOT NULL CHECK (deduplicated >= 0),
      out_of_order INTEGER NOT NULL,
      crossed INTEGER NOT NULL,
      first_time INTEGER,
      last_time INTEGER,
      imported_at INTEGER,
      repetition INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    INSERT INTO imports_of_all_kinds SELECT * FROM imports;
    DROP TABLE imports;
    ALTER TABLE imports_of_all_kinds RENAME TO imports;
    CREATE UNIQUE INDEX imports_by_content ON imports (symbol, content_hash, repetition);
    \(importsReadable)

    CREATE TABLE funding_rates (
      symbol TEXT NOT NULL REFERENCES instruments (symbol),
      time INTEGER NOT NULL,                      -- when it is due, nanoseconds since 1970, UTC
      raw_time INTEGER NOT NULL,                  -- the time that the file had
      rate INTEGER NOT NULL,                      -- units of 10^-12
      PRIMARY KEY (symbol, time)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE mark_price_streams (
      symbol TEXT PRIMARY KEY NOT NULL REFERENCES instruments (symbol),
      price_precision INTEGER NOT NULL            -- decimals of its mark prices
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE mark_prices (
      symbol TEXT NOT NULL REFERENCES mark_price_streams (symbol),
      time INTEGER NOT NULL,                      -- nanoseconds since 1970, UTC
      price INTEGER NOT NULL,                     -- units of the stream's last price decimal
      PRIMARY KEY (symbol, time)
    ) STRICT, WITHOUT ROWID;

    CREATE VIEW funding_rates_readable AS
      SELECT symbol, \(isoTime("time")) AS time, \(isoTime("raw_time")) AS raw_time,
        \(decimal("rate", "12")) AS rate
      FROM funding_rates;

    CREATE VIEW mark_prices_readable AS
      SELECT symbol, \(isoTime("time")) AS time, \(decimal("price", "price_precision")) AS price
      FROM mark_prices JOIN mark_price_streams USING (symbol);
    """

  private static let importsReadable = """
    CREATE VIEW imports_readable AS
      SELECT number, file_name, content_hash, format, symbol, kind, rows_read, accepted, rejected,
        deduplicated, out_of_order, crossed,
        \(isoTime("first_time")) AS first_time, \(isoTime("last_time")) AS last_time,
        \(isoTime("imported_at")) AS imported_at
      FROM imports;
    """

  private static let priceDigits = "price_precision + (source = 'mid')"
  private static let volumeDigits = "quantity_precision"

  /// SQL for nanoseconds as ISO 8601 with nine decimals.
  private static func isoTime(_ nanoseconds: String) -> String {
    // SQLite divides towards zero; times before 1970 need the floor.
    let fraction = "((\(nanoseconds)) % 1000000000 + 1000000000) % 1000000000"
    return "strftime('%Y-%m-%dT%H:%M:%S', ((\(nanoseconds)) - \(fraction)) / 1000000000, "
      + "'unixepoch') || printf('.%09dZ', \(fraction))"
  }

  /// SQL for a whole number as decimal text with `digits` decimals.
  private static func decimal(_ raw: String, _ digits: String) -> String {
    let padded = "printf('%0*d', \(digits) + 1, abs(\(raw)))"
    return "iif(\(raw) < 0, '-', '') || substr(\(padded), 1, length(\(padded)) - (\(digits))) || "
      + "iif(\(digits) > 0, '.' || substr(\(padded), -(\(digits))), '')"
  }
}
