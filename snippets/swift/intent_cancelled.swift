// An intent that is told why it is stopped.
import AppIntents

@available(iOS 26.4, *)
struct Export: CancellableIntent {
    static let title: LocalizedStringResource = "Export"

    func perform() async throws -> some IntentResult {
        try await withIntentCancellationHandler {
            try await export()
        } onCancel: { reason in
            print("stopped: \(String(reflecting: reason))") // timeout, or the person
        }
        return .result()
    }

    func export() async throws { try await Task.sleep(for: .seconds(60)) }
}
