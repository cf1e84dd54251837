package io.troupe.metadata.internal.submit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.ByteWriter;
import io.troupe.metadata.internal.codec.CodecException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Three voters and two nodes without a log; links are broken one by one. */
class RelayProtocolTest {
    private static final List<String> VOTERS = List.of("v1", "v2", "v3");

    private final Map<String, Node> nodes = new TreeMap<>();
    private final Set<String> broken = new HashSet<>();
    private final ArrayDeque<Runnable> network = new ArrayDeque<>();
    private final List<String> hops = new ArrayList<>();

    RelayProtocolTest() {
        for (String id : List.of("v1", "v2", "v3", "a", "b")) {
            nodes.put(id, new Node(id));
        }
    }

    private final class Node implements RelayProtocol.Output {
        final String id;
        final RelayProtocol relay;
        final List<String> received = new ArrayList<>();

        Node(String id) {
            this.id = id;
            relay = new RelayProtocol(id, VOTERS, this);
        }

        @Override
        public boolean isLinked(String node) {
            return !broken.contains(id + node) && !broken.contains(node + id);
        }

        @Override
        public boolean send(String to, byte[] bytes) {
            hops.add(id + ">" + to);
            network.add(() -> node(to).relay.onMessage(id, ByteReader.of(bytes)));
            return true;
        }

        @Override
        public void deliver(String origin, ByteReader message) {
            received.add(origin + ":" + new String(message.readRaw(message.remaining()), StandardCharsets.UTF_8));
        }

        boolean tell(String to, String text) {
            hops.clear();
            boolean sent = relay.send(to, text.getBytes(StandardCharsets.UTF_8));
            for (Runnable next; (next = network.poll()) != null; ) {
                next.run();
            }
            return sent;
        }
    }

    private Node node(String id) {
        return Objects.requireNonNull(nodes.get(id));
    }

    @Test
    void whatIsSentGoesOverAVoterAndItsAnswerComesBackTheSameWay() {
        broken.add("av1");
        assertThat(node("a").tell("v1", "question")).isTrue();
        assertThat(node("v1").received).containsExactly("a:question");
        assertThat(hops).containsExactly("a>v2", "v2>v1");
        broken.add("v1v3");
        assertThat(node("v1").tell("a", "answer")).isTrue();
        assertThat(node("a").received).containsExactly("v1:answer");
        assertThat(hops).containsExactly("v1>v2", "v2>a");
    }

    @Test
    void aVoterWithoutALinkSaysSoAndTheNextOneIsAsked() {
        broken.addAll(Set.of("av1", "v1v2"));
        node("a").tell("v1", "lost");
        assertThat(hops).containsExactly("a>v2", "v2>a");
        assertThat(node("v1").received).as("its sender repeats it").isEmpty();
        node("a").tell("v1", "repeated");
        assertThat(node("v1").received).containsExactly("a:repeated");
        assertThat(hops).containsExactly("a>v3", "v3>v1");
        broken.add("av3");
        broken.remove("v1v2");
        node("a").tell("v1", "again");
        assertThat(hops).as("its own link to the way broke").containsExactly("a>v2", "v2>v1");
    }

    @Test
    void withoutAnyWayItIsDroppedAtOnce() {
        broken.addAll(Set.of("av1", "av2", "av3"));
        assertThat(node("a").tell("v1", "lost")).isFalse();
        broken.clear();
        broken.addAll(Set.of("v1v2", "v1v3"));
        assertThat(node("v1").tell("v2", "no voter but these")).isFalse();
    }

    @Test
    void twoNodesWithoutALogReachEachOtherOverAVoterAndNeverOverANodeThatIsNone() {
        broken.addAll(Set.of("ab", "av1"));
        assertThat(node("a").tell("b", "hello")).isTrue();
        assertThat(hops).containsExactly("a>v2", "v2>b");
        byte[] forged = message(2, "v1", "hello");
        assertThatThrownBy(() -> node("b").relay.onMessage("a", ByteReader.of(forged)))
                .isInstanceOf(CodecException.class)
                .hasMessage("node a is no seed, and passes on a message of v1");
        assertThatThrownBy(() -> node("b").relay.onMessage("v1", ByteReader.of(message(9, "v1", ""))))
                .hasMessage("a relay message of type 9");
    }

    @Test
    void whatIsTooLongIsNotPassedOn() {
        broken.add("av1");
        assertThat(node("a").tell("v1", "x".repeat(RelayProtocol.MAX_LENGTH))).isTrue();
        assertThat(node("v1").received).hasSize(1);
        assertThat(node("a").tell("v1", "x".repeat(RelayProtocol.MAX_LENGTH + 1)))
                .isFalse();
        node("v2").relay.onMessage("a", ByteReader.of(message(1, "v1", "x".repeat(RelayProtocol.MAX_LENGTH + 1))));
        assertThat(hops).as("told that there is no way").containsExactly("v2>a");
    }

    @Test
    void anEchoOfItsOwnMessageIsNotTheWayToItself() {
        node("a").relay.onMessage("v1", ByteReader.of(message(2, "a", "mine")));
        assertThat(node("a").received).isEmpty();
    }

    private static byte[] message(int type, String node, String text) {
        ByteWriter writer = new ByteWriter();
        writer.writeByte(type);
        writer.writeString(node);
        writer.writeRaw(text.getBytes(StandardCharsets.UTF_8));
        return writer.toByteArray();
    }
}
