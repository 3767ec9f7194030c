// Watched from the launch on.
// PostAttributes and tellServer stand beside earlier examples.
@preconcurrency import ActivityKit // its Activity is not Sendable
import Foundation

@available(iOS 17.2, *)
func watchTokens() {
    if let token = Activity<PostAttributes>.pushToStartToken { // its stream may stay silent
        Task { await tellServer("start", hex(token)) }
    }
    Task {
        for await token in Activity<PostAttributes>.pushToStartTokenUpdates {
            await tellServer("start", hex(token))
        }
    }
    Task {
        for await card in Activity<PostAttributes>.activityUpdates { // also one that a push started
            Task {
                for await token in card.pushTokenUpdates {
                    await tellServer("update", hex(token))
                }
            }
        }
    }
    Task { // with NSSupportsLiveActivitiesFrequentUpdates in the Info.plist
        for await allowed in ActivityAuthorizationInfo().frequentPushEnablementUpdates {
            await tellServer("frequent", allowed ? "yes" : "no")
        }
    }
}

nonisolated func hex(_ token: Data) -> String { token.map { String(format: "%02x", $0) }.joined() }
