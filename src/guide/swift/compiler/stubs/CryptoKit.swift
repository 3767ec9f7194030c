@_exported import AppleFoundation
// developer.apple.com/documentation/cryptokit/sha256
public struct SHA256: Sendable {
    public init() {}
    // developer.apple.com/documentation/cryptokit/hashfunction/update(data:)
    public mutating func update<D: DataProtocol>(data: D) {}
    // developer.apple.com/documentation/cryptokit/hashfunction/finalize()
    public func finalize() -> SHA256Digest { fatalError() }
}
// developer.apple.com/documentation/cryptokit/sha256digest
public struct SHA256Digest: Sequence, Sendable {
    public struct Iterator: IteratorProtocol { public mutating func next() -> UInt8? { nil } }
    public func makeIterator() -> Iterator { Iterator() }
}
