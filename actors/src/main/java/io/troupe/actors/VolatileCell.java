package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;

import io.troupe.cluster.spi.InboundMessage;
import io.troupe.cluster.spi.InboundMessage.Ending;
import io.troupe.cluster.spi.OwnedShard;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An active volatile entity. */
final class VolatileCell<M> extends Cell {
    private static final Logger LOG = LoggerFactory.getLogger(VolatileCell.class);
    private static final byte[] NO_REPLY = {};

    private final Pid<M> self;
    private final EntityHost host;
    private final Messages messages;
    private Handler<M> handler;

    VolatileCell(Pid<M> self, OwnedShard shard, ShardGate gate, EntityHost host, Executor dispatcher) {
        super(self.entity(), shard, gate, dispatcher);
        this.host = host;
        this.self = self;
        messages = self.system().messages();
        handler = self.kind().newHandler();
    }

    @Override
    boolean turn() {
        for (int handled = 0; handled < BATCH; handled++) {
            Letter letter = mayRun() ? poll() : null;
            if (letter == null) {
                return false;
            }
            handle(letter);
        }
        return true;
    }

    private void handle(Letter letter) {
        InboundMessage message = letter.message();
        if (message.isExpired()) {
            message.end(Ending.EXPIRED, NO_REPLY);
            return;
        }
        M decoded;
        try {
            decoded = messages.decode(self.kind(), letter);
        } catch (RuntimeException e) {
            fail(message, "undecodable", e);
            return;
        }
        for (int attempt = 1; ; attempt++) {
            MessageContext<M> context = new MessageContext<>(self, message, true);
            try {
                handler.receive(decoded, context);
                Object reply = context.reply();
                message.end(Ending.DONE, reply == null ? NO_REPLY : messages.encodeReply(reply));
                return;
            } catch (Exception e) {
                handler = self.kind().newHandler();
                if (attempt == Kind.MAX_ATTEMPTS) {
                    fail(message, "failed " + attempt + " times", e);
                    return;
                }
            }
        }
    }

    private void fail(InboundMessage message, String what, Exception cause) {
        LOG.warn("message {} to {} {}", message.id(), id, what, cause);
        String why = what + ": " + cause;
        message.end(Ending.FAILED, why.getBytes(StandardCharsets.UTF_8));
        host.deadLetter(id, message, why);
    }
}
