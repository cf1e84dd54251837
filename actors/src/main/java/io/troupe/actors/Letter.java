package io.troupe.actors;

import java.nio.charset.StandardCharsets;

import io.troupe.cluster.MessageId;
import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.InboundMessage.Ending;
import org.jspecify.annotations.Nullable;

/**
 * A message of the cluster, as bytes.
 *
 * @param message    the message
 * @param bodyOffset where its body starts in the content
 * @param codec      reads it
 */
record Letter(InboundMessage message, int bodyOffset, Messages codec) implements Mail {
    private static final byte[] NO_REPLY = {};

    @Override
    public <M> M open(Kind<M> kind) {
        return codec.decode(kind, this);
    }

    @Override
    public @Nullable MessageId id() {
        return message.id();
    }

    @Override
    public boolean begin() {
        if (message.isExpired()) {
            message.end(Ending.EXPIRED, NO_REPLY);
            return false;
        }
        return true;
    }

    @Override
    public Object seal(@Nullable Object reply) {
        return reply == null ? NO_REPLY : codec.encodeReply(reply);
    }

    @Override
    public void done(@Nullable Object sealed) {
        if (sealed instanceof byte[] reply && reply.length > 0) {
            message.end(Ending.DONE, reply);
        } else {
            message.done();
        }
    }

    @Override
    public void end(Ending ending, String why) {
        message.end(ending, why.getBytes(StandardCharsets.UTF_8));
    }
}
