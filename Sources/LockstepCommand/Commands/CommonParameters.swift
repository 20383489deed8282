/// Options that several commands share.
enum CommonParameters {
  static let quiet = Parameter.flag("--quiet", "no progress on the terminal")
}
