import Market

/// Why the store could not do what was asked.
public enum StoreError: Error {
  case missingFile(path: String)
}
