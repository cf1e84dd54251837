package io.troupe.actors;

import org.jspecify.annotations.Nullable;

/** What a durable entity wants to happen besides its state, in the order in which its handler said it. */
sealed interface Intent {
    /** To send a message, and perhaps to hear how it ended. */
    record Tell(
            EntityPid<?> to,
            Object message,
            @Nullable Object onDone,
            @Nullable Object onRefused) implements Intent {}

    /** To answer an ask, once the rest is committed. */
    record Answer(RemoteReplyPid<?> to, Object answer) implements Intent {}

    /** To be told later; a period of 0 means once. */
    record Remind(String name, long delayMillis, long periodMillis, CatchUp catchUp, Object message)
            implements Intent {}

    /** Not to be told any more. */
    record Forget(String name) implements Intent {}
}
