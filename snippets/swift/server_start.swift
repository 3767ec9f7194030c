// Watched from the launch on.
// PostAttributes and tellServer stand beside earlier examples.
@preconcurrency import ActivityKit // its Activity is not Sendable
import Foundation

@available(iOS 17.2, *)
func watchTokens() {
    Task {
        for await token in Activity<PostAttributes>.pushToStartTokenUpdates {
            await tellServer("start", token.map { String(format: "%02x", $0) }.joined())
        }
    }
    Task {
        for await card in Activity<PostAttributes>.activityUpdates { // also one that a push started
            Task {
                for await token in card.pushTokenUpdates {
                    await tellServer("update", token.map { String(format: "%02x", $0) }.joined())
                }
            }
        }
    }
    Task {
        for await allowed in ActivityAuthorizationInfo().frequentPushEnablementUpdates {
            await tellServer("frequent", allowed ? "yes" : "no")
        }
    }
}
