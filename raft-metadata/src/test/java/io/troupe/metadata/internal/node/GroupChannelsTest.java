package io.troupe.metadata.internal.node;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import io.troupe.metadata.spi.PeerChannel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Two nodes with three groups each over one channel; and the bytes that are on it. */
class GroupChannelsTest {
    private final Wire wire = new Wire();
    private final GroupChannels channels = new GroupChannels("n1", 3, wire);
    private final List<String> received = new ArrayList<>();

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private void receive(int group) {
        channels.of(group)
                .receiver((from, message) ->
                        received.add(group + " " + from + " " + HexFormat.of().formatHex(message)));
    }

    private List<String> arrives(String hex) {
        received.clear();
        PeerChannel.Receiver receiver = wire.receiver;
        assertThat(receiver).isNotNull();
        if (receiver != null) {
            receiver.onMessage("n2", bytes(hex));
        }
        return List.copyOf(received);
    }

    @Test
    void theFirstGroupSpeaksAsANodeWithASingleGroupAndTheOthersPutThreeBytesBefore() {
        assertThat(channels.of(0).send("n2", bytes("000102"))).isTrue();
        assertThat(channels.of(2).send("n2", bytes("000102"))).isTrue();
        assertThat(wire.sent).containsExactly("n2 000102", "n2 020001000102");
    }

    @Test
    void aMessageReachesItsGroupOnly() {
        for (int group = 0; group < 3; group++) {
            receive(group);
        }
        assertThat(wire.receivers).as("the channel has one receiver").isEqualTo(1);
        assertThat(arrives("000102")).containsExactly("0 n2 000102");
        assertThat(arrives("010001000102")).containsExactly("1 n2 000102");
        assertThat(arrives("020001000102")).containsExactly("2 n2 000102");
        assertThat(arrives("0103aabb"))
                .as("a piece of a long message of the first group")
                .containsExactly("0 n2 0103aabb");
        assertThat(arrives("8001810100"))
                .as("a far piece of it")
                .hasSize(1)
                .first()
                .asString()
                .startsWith("0 ");
    }

    @Test
    void whatIsForNoGroupOfThisNodeOrOfALaterVersionIsDropped() {
        receive(0);
        assertThat(arrives("030001000102")).as("there are three").isEmpty();
        assertThat(arrives("010002000102")).as("another version").isEmpty();
        assertThat(arrives("010001000102")).as("has not started").isEmpty();
        assertThat(arrives("00")).containsExactly("0 n2 00");
    }

    @Test
    void aNodeWithASingleGroupUsesTheChannelAsItIs() {
        assertThat(new GroupChannels("n1", 1, wire).of(0)).isSameAs(wire);
    }

    @Test
    void aNodeOfTheFirstGroupAloneTakesNoOtherForIt() {
        // What a node without groups makes of it: Fragments refuse a piece whose place is not below its count.
        assertThatThrownBy(() -> new Fragments(1).join("n2", GroupEnvelope.wrap(1, bytes("000102"))))
                .hasMessageContaining("a piece below its count, not piece 1 of 0");
    }

    private static final class Wire implements PeerChannel {
        final List<String> sent = new ArrayList<>();
        int receivers;

        @Nullable
        Receiver receiver;

        @Override
        public boolean send(String nodeId, byte[] message) {
            return sent.add(nodeId + " " + HexFormat.of().formatHex(message));
        }

        @Override
        public void receiver(Receiver newReceiver) {
            receivers++;
            receiver = newReceiver;
        }
    }
}
