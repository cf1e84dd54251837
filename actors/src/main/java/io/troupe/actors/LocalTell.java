package io.troupe.actors;

import java.util.Objects;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage.Ending;
import org.jspecify.annotations.Nullable;

/** A tell within the process: nobody waits for its end. */
final class LocalTell implements Mail {
    /** Of a message that lies in the mailbox bare. */
    static final LocalTell BARE = new LocalTell(null);

    private final @Nullable Object message;

    private LocalTell(@Nullable Object message) {
        this.message = message;
    }

    @Override
    public Mail keeping(Object kept) {
        return this == BARE ? new LocalTell(kept) : this;
    }

    /** What lies in a local mailbox was checked against the kind when it was sent. */
    @Override
    @SuppressWarnings("unchecked")
    public <M> M open(Kind<M> kind) {
        return (M) Objects.requireNonNull(message);
    }

    @Override
    public @Nullable MessageId id() {
        return null;
    }

    @Override
    public boolean begin() {
        return true;
    }

    @Override
    public @Nullable Object seal(@Nullable Object reply) {
        return null;
    }

    @Override
    public void done(@Nullable Object sealed) {
        // Nobody waits.
    }

    @Override
    public void end(Ending ending, String why) {
        // Nobody waits.
    }
}
