package io.troupe.actors;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.Cluster;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.DeliveryGuarantee;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.SendOutcome.NotExecuted;
import io.troupe.cluster.SendOutcome.Processed;
import io.troupe.cluster.SendOutcome.Reason;
import io.troupe.transport.TransportException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Messages that are longer than what goes over a link in one piece, and than what a node takes. */
@Timeout(120)
class LongMessagesTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Kind<Diary.Note> KIND = Kind.of("diary", Diary.Note.class, Diary::new);
    private static final Kind<Diary.Note> VERBOSE = Kind.of("verbose", Diary.Note.class, () -> new Diary() {
        @Override
        void act(Note note, ActorContext<Note> context) throws Exception {
            if (note.text().isEmpty()) {
                throw new IllegalArgumentException("bad: " + "y".repeat(200_000));
            }
            super.act(note, context);
        }
    });

    @TempDir
    Path directory;

    private static Diary.Note note(int length) {
        return new Diary.Note("x".repeat(length));
    }

    @Test
    void theLongestArriveAndWhatIsLongerIsRefusedBeforeItHoldsUpOthers() throws IOException {
        try (Nodes nodes = new Nodes('m', directory, 1).startSeeds(KIND)) {
            ClusterActorSystem client = nodes.start(
                            nodes.config("client").maxMessageLength(2_000_000).build(), KIND)
                    .join();
            Pid<Diary.Note> diary = client.entity(KIND, "long");
            assertThat(diary.ask(note(1_000_000), LIMIT).join()).isEqualTo(1);
            assertThat(Diary.of("long")).last().isEqualTo("x".repeat(1_000_000));

            assertThat(diary.tell(note(1_500_000)).join()).isEqualTo(new NotExecuted(Reason.TOO_LARGE));
            assertThat(diary.tell(note(1_500_000), DeliveryGuarantee.AT_MOST_ONCE)
                            .join())
                    .isEqualTo(new NotExecuted(Reason.TOO_LARGE));
            assertThat(diary.tell(note(10)).join()).isInstanceOf(Processed.class);
            assertThat(diary.ask(note(1_000_000), LIMIT).join()).isEqualTo(3);

            assertThatThrownBy(() -> diary.tell(note(2_000_001)))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("is longer than 2000000 bytes");
            assertThatThrownBy(() -> diary.tell(note(1_999_990)))
                    .isInstanceOf(TransportException.class)
                    .hasMessageContaining("bytes, the limit is 2000000: send less, or raise maxMessageLength")
                    .hasMessageContaining("(max.message.bytes) on every node");
        }
    }

    /** It would not fit where an acknowledgement is made. */
    @Test
    void aLongReasonOfAFailureIsCutAndTheEntityGoesOn() throws IOException {
        try (Nodes nodes = new Nodes('m', directory, 1).startSeeds(VERBOSE)) {
            ClusterActorSystem client =
                    nodes.start(nodes.config("client").build(), VERBOSE).join();
            Pid<Diary.Note> diary = client.entity(VERBOSE, "loud");
            assertThat(diary.tell(note(0)).join())
                    .isInstanceOfSatisfying(
                            SendOutcome.Failed.class,
                            failed -> assertThat(failed.why())
                                    .hasSizeLessThanOrEqualTo(4096)
                                    .contains("IllegalArgumentException: bad: yyy")
                                    .matches(".* ... \\(of 2000\\d\\d bytes\\)"));
            assertThat(diary.ask(note(10), LIMIT).join()).isEqualTo(1);
        }
    }

    /** It is longer with the place in the outbox that it comes from: known only when it is sent. */
    @Test
    void whatAnEffectSendsMayBeTooLongForALinkAndHoldsUpNobody() throws IOException {
        try (Nodes nodes = new Nodes('m', directory, 1)) {
            ClusterConfig config = nodes.config("m1").maxMessageLength(65_536).build();
            ClusterActorSystem node =
                    nodes.start(config, Account.KIND, OutboxTest.DIARY).join();
            Pid<Account.Message> writer = node.entity(Account.KIND, "writer");
            int length = 65_536;
            CompletableFuture<SendOutcome> told = null;
            while (told == null) {
                try {
                    told = writer.tell(new Account.Tell("of-long-writer", "x".repeat(length)));
                } catch (TransportException tooLong) {
                    length--;
                }
            }
            assertThat(told.join()).isInstanceOf(SendOutcome.Committed.class);
            await().until(() -> node.metrics().outbox() == 0);
            assertThat(writer.tell(new Account.Tell("of-long-writer", "short")).join())
                    .isInstanceOf(SendOutcome.Committed.class);
            await().untilAsserted(() ->
                    assertThat(Diary.of("of-long-writer")).endsWith("short").hasSizeLessThan(3));
        }
    }

    @Test
    void longMessagesThatWaitTakeNoMoreMemoryThanIsAllowed() throws IOException {
        try (Nodes nodes = new Nodes('m', directory, 1)) {
            ClusterConfig config =
                    nodes.config("m1").maxUnsettledBytes(3_000_000).build();
            try (ClusterActorSystem node =
                    ClusterActorSystem.create(Cluster.threads("m1"), config, Nodes.MESSAGES, KIND)) {
                Pid<Diary.Note> diary = node.entity(KIND, "waiting");
                List<CompletableFuture<SendOutcome>> waiting = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    waiting.add(diary.tell(note(1_000_000)));
                }
                // To whatever shard: the memory is that of the node.
                Pid<Diary.Note> other = node.entity(KIND, "other");
                assertThat(other.tell(note(1_000_000)).join()).isEqualTo(new NotExecuted(Reason.BACK_PRESSURED));
                waiting.add(other.tell(note(1_000)));
                assertThat(waiting).noneMatch(CompletableFuture::isDone);

                node.start().join();
                waiting.forEach(outcome -> assertThat(outcome.join()).isInstanceOf(Processed.class));
                for (int i = 0; i < 5; i++) {
                    assertThat(other.tell(note(1_000_000)).join()).isInstanceOf(Processed.class);
                }
            }
        }
    }
}
