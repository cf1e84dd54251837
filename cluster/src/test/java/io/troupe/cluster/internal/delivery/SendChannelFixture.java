package io.troupe.cluster.internal.delivery;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.MessageId;
import io.troupe.cluster.SendOutcome;
import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

import static io.troupe.cluster.DeliveryGuarantee.EXACTLY_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

/** A channel under test, with its wire and the outcomes its listeners were told. */
abstract class SendChannelFixture {
    static final SessionId FIRST = new SessionId("n1", 5);
    static final SessionId SECOND = new SessionId("n1", 9);
    static final Route TO_N2 = new Route("n2", 3, 100, 0);
    static final byte[] NO_REPLY = {};
    static final long NEVER = OutboundMessage.NO_DEADLINE;
    static final int SHARD = 7;

    final DeliveryLimits limits = new DeliveryLimits(8, 100, 400, 4, 8);
    /** What went out since the last look: "sequence:content@epoch/floor", "skip" for the content of a Skip. */
    final List<String> wire = new ArrayList<>();

    final List<String> outcomes = new ArrayList<>();
    boolean ringFull;
    /** The owner's node takes no longer message. */
    int longest = Integer.MAX_VALUE;

    /** When set, the owner answers each transmission with this end before the call returns. */
    End.@Nullable Code answerAtOnce;

    long now = Long.MAX_VALUE - 150; // the clock wraps in the middle of most tests
    final SendChannel channel = new SendChannel(SHARD, limits, this::transmit);

    private SendOutput.Taken transmit(Route route, OutboundMessage message, long floor, SessionId session) {
        if (ringFull) {
            return SendOutput.Taken.NOT_NOW;
        }
        if (!message.abandoned() && message.contentLength() > longest) {
            return SendOutput.Taken.TOO_LARGE;
        }
        String content = message.abandoned() ? "skip" : new String(message.content(), StandardCharsets.UTF_8);
        wire.add(message.sequence() + ":" + content + "@" + route.epoch() + "/" + floor);
        End.Code end = answerAtOnce;
        if (end != null) {
            channel.onEnds(
                    session.incarnation(), message.sequence(), 1, new End(end, NO_REPLY), floor, route.epoch(), now);
        }
        return SendOutput.Taken.YES;
    }

    boolean send(DeliveryGuarantee guarantee, boolean durable, String name, long deadlineNs) {
        byte[] content = name.getBytes(StandardCharsets.UTF_8);
        return channel.send(
                new OutboundMessage(
                        guarantee,
                        durable,
                        content,
                        content.length,
                        deadlineNs,
                        (outcome, reply) ->
                                outcomes.add(name + " " + outcome + new String(reply, StandardCharsets.UTF_8))),
                now);
    }

    void sendDurable(String... names) {
        for (String name : names) {
            assertThat(send(EXACTLY_ONCE, true, name, NEVER)).isTrue();
        }
    }

    /** The listener of the first sends the second from within the call. */
    void sendFollowedBy(String name, String after) {
        byte[] content = name.getBytes(StandardCharsets.UTF_8);
        channel.send(
                new OutboundMessage(
                        EXACTLY_ONCE, false, content, content.length, NEVER, (outcome, reply) -> sendVolatile(after)),
                now);
    }

    void sendVolatile(String... names) {
        for (String name : names) {
            assertThat(send(EXACTLY_ONCE, false, name, NEVER)).isTrue();
        }
    }

    void ack(long sequence, long nextExpected, long epoch) {
        channel.onEnds(FIRST.incarnation(), sequence, 1, End.DONE, nextExpected, epoch, now);
    }

    void tickAfter(long ns) {
        now += ns;
        channel.onTick(now, 0);
    }

    List<String> sentSince() {
        List<String> since = List.copyOf(wire);
        wire.clear();
        return since;
    }

    void openAndRoute() {
        channel.open(FIRST, now);
        channel.onRoute(TO_N2, now);
    }

    static String unknown(SessionId session, long sequence, String why) {
        return new SendOutcome.Unknown(new MessageId(session, SHARD, sequence), why).toString();
    }
}
