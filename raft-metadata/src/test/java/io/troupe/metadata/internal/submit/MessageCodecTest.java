package io.troupe.metadata.internal.submit;

import java.util.List;

import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.ByteWriter;
import io.troupe.metadata.internal.codec.CodecException;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.Outcome;
import io.troupe.metadata.internal.submit.Message.Kind;
import io.troupe.metadata.internal.submit.Message.Tag;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MessageCodecTest {
    private static final SessionId SESSION = new SessionId("n1", 42);

    private static byte[] bytes(Message message) {
        ByteWriter writer = new ByteWriter();
        MessageCodec.write(writer, message);
        return writer.toByteArray();
    }

    private static Message read(byte[] bytes, String origin) {
        return MessageCodec.read(ByteReader.of(bytes), origin);
    }

    @Test
    void everyMessageIsReadBack() {
        Tag tag = new Tag(Kind.RENEW, -5, Long.MAX_VALUE, 3);
        for (Message message : List.of(
                new Message.Renew(tag, SESSION),
                new Message.Answered(tag, new Outcome.Ticked(9, List.of(SESSION))),
                new Message.NotLeading(tag, new Leader("n2", 7)),
                new Message.NotLeading(tag, null))) {
            assertThat(read(bytes(message), "n1")).isEqualTo(message);
        }
        byte[] command = EntryCodec.encodeSubmit(SESSION, 3, List.of());
        Tag submit = new Tag(Kind.SUBMIT, 42, 3, 1);
        assertThat(read(bytes(new Message.Propose(submit, command)), "n1"))
                .isInstanceOfSatisfying(Message.Propose.class, propose -> {
                    assertThat(propose.tag()).isEqualTo(submit);
                    assertThat(propose.command()).isEqualTo(command);
                });
    }

    @Test
    void aNodeSpeaksForItselfOnly() {
        byte[] command = EntryCodec.encodeSubmit(SESSION, 3, List.of());
        byte[] forged = bytes(new Message.Propose(new Tag(Kind.SUBMIT, 42, 3, 1), command));
        assertThatThrownBy(() -> read(forged, "n2"))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("node n2 proposes a command in the name of node n1");
    }

    @Test
    void aNodeJoinsWithALifeOfItsOwnOnly() {
        byte[] command = EntryCodec.encodeCommand(new Command.JoinSession(SESSION, "disk", 5, 1000));
        byte[] join = bytes(new Message.Propose(new Tag(Kind.OPEN, 5, 0, 1), command));
        assertThat(read(join, "n1"))
                .isInstanceOfSatisfying(
                        Message.Propose.class,
                        propose -> assertThat(propose.command()).isEqualTo(command));
        assertThatThrownBy(() -> read(join, "n2"))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("node n2 proposes a command in the name of node n1");
        byte[] submit = bytes(new Message.Propose(new Tag(Kind.SUBMIT, 5, 0, 1), command));
        assertThatThrownBy(() -> read(submit, "n1"))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("JoinSession as SUBMIT");
    }

    @Test
    void aCommandOfTheLeaderCannotComeFromANode() {
        byte[] command = EntryCodec.encodeCommand(new Command.Lead("n1"));
        byte[] forged = bytes(new Message.Propose(new Tag(Kind.SUBMIT, 42, 3, 1), command));
        assertThatThrownBy(() -> read(forged, "n1"))
                .isInstanceOf(CodecException.class)
                .hasMessageContaining("Lead as SUBMIT");
    }

    @Property(tries = 2_000)
    void otherBytesAreRefusedAndNothingElseHappens(@ForAll @Size(max = 60) byte[] bytes) {
        try {
            assertThat(read(bytes, "n1").tag()).isNotNull();
        } catch (CodecException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
