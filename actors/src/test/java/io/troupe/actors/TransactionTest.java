package io.troupe.actors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.troupe.actors.Vault.Act;
import io.troupe.actors.Vault.Fill;
import io.troupe.actors.Vault.Look;
import io.troupe.actors.Vault.Put;
import io.troupe.actors.Vault.State;
import io.troupe.actors.Vault.Take;
import io.troupe.cluster.MessageId;
import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.Subscription;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What several entities of one shard decide about one transaction takes effect together, or not at all. */
@Timeout(120)
class TransactionTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @RegisterExtension
    static final SharedNodes NODES =
            new SharedNodes('v', 1, Vault.KIND, Vault.SLOT, Vault.CHUTE, Counter.KIND, Echo.KIND);

    private final ClusterActorSystem system = NODES.node();

    private Pid<Vault.Message> vault(String id) {
        return system.entity(Vault.KIND, id);
    }

    private Transaction transfer(String from, String to, long cents) {
        return system.transaction().with(vault(from), new Take(cents)).with(vault(to), new Put(cents));
    }

    private void put(String id, long cents) {
        assertThat(vault(id).tell(new Put(cents)).join()).isInstanceOf(SendOutcome.Committed.class);
    }

    private State look(String id) {
        return vault(id).ask(new Look(), LIMIT).join();
    }

    /** The revision of the log entry that has changed an entity last; 0 if none has. */
    private long changedAt(String id) {
        EntityPid<?> vault = EntityPid.of(vault(id));
        var entry = system.cluster().store().view().get(EntityKeys.entity(vault.shard(), vault.entity()));
        return entry == null ? 0 : entry.modRevision();
    }

    @Test
    void allEffectsAreOneEntryOfTheLog() {
        put("a/1", 100);
        TransactionOutcome outcome = transfer("a/1", "a/2", 30).commit().join();
        assertThat(outcome).isInstanceOf(TransactionOutcome.Committed.class);
        assertThat(look("a/1")).isEqualTo(new State(70, 2, ""));
        assertThat(look("a/2")).isEqualTo(new State(30, 1, ""));
        assertThat(changedAt("a/1")).isPositive().isEqualTo(changedAt("a/2"));
    }

    @Test
    void ifOneRejectsNothingIsChangedAnywhereAndTheSenderHearsWhoAndWhy() {
        put("b/1", 20);
        TransactionOutcome rejected = new TransactionOutcome.Rejected(new EntityId("vault", "b/1"), "only 20");
        assertThat(transfer("b/1", "b/2", 30).commit().join()).isEqualTo(rejected);
        assertThat(system.transaction()
                        .with(vault("b/2"), new Act("send"))
                        .with(vault("b/3"), new Act("remind"))
                        .with(vault("b/1"), new Take(21))
                        .with(vault("b/4"), new Take(1))
                        .commit()
                        .join())
                .as("the first one in the order of the messages")
                .isEqualTo(rejected);
        assertThat(look("b/1")).isEqualTo(new State(20, 1, ""));
        assertThat(look("b/2")).isEqualTo(Vault.EMPTY);
        assertThat(changedAt("b/2")).isZero();
        assertThat(changedAt("b/3")).isZero();
    }

    @Test
    void answersComeByEntity() {
        put("c/1", 100);
        TransactionOutcome outcome = system.transaction()
                .with(vault("c/1"), new Take(1))
                .with(vault("c/2"), new Put(1))
                .with(vault("c/3"), new Look())
                .commit()
                .join();
        assertThat(outcome).isInstanceOfSatisfying(TransactionOutcome.Committed.class, committed -> {
            assertThat(committed.epoch()).isPositive();
            assertThat(committed.answer(vault("c/1"), Long.class)).isEqualTo(99);
            assertThat(committed.answer(vault("c/3"), State.class)).isEqualTo(Vault.EMPTY);
            assertThat(committed.answers()).hasSize(2);
            assertThatThrownBy(() -> committed.answer(vault("c/2"), State.class))
                    .hasMessage(vault("c/2") + " has not answered: use thenReply in its handler");
            assertThatThrownBy(() -> committed.answer(vault("c/1"), State.class))
                    .hasMessage(
                            vault("c/1") + " has answered with a java.lang.Long, not a io.troupe.actors.Vault$State");
        });
    }

    @Test
    void whatTheEffectsSendAndRemindOfIsPartOfIt() {
        put("d/3", 5);
        assertThat(system.transaction()
                        .with(vault("d/1"), new Act("send"))
                        .with(vault("d/2"), new Act("remind"))
                        .with(vault("d/3"), new Act("delete"))
                        .with(vault("d/4"), new Act("send"))
                        .commit()
                        .join())
                .isInstanceOf(TransactionOutcome.Committed.class);
        await().atMost(LIMIT).untilAsserted(() -> {
            assertThat(look("d/1-savings").cents()).isEqualTo(1);
            assertThat(look("d/4-savings").cents()).isEqualTo(1);
            assertThat(look("d/2")).isEqualTo(new State(100, 2, ""));
        });
        assertThat(look("d/3")).isEqualTo(Vault.EMPTY);
        await().until(() -> system.metrics().outbox() == 0 && system.metrics().reminders() == 0);
    }

    @Test
    void entitiesOfTwoKindsAndOneAloneWork() {
        Pid<Vault.Message> slot = system.entity(Vault.SLOT, "e/1");
        assertThat(system.transaction()
                        .with(slot, new Put(4))
                        .with(vault("e/1"), new Put(5))
                        .commit()
                        .join())
                .isInstanceOf(TransactionOutcome.Committed.class);
        Transaction twice = system.transaction().with(slot, new Take(2));
        assertThat(twice.commit().join()).isInstanceOf(TransactionOutcome.Committed.class);
        assertThat(twice.commit().join()).isInstanceOf(TransactionOutcome.Committed.class);
        assertThat(twice.commit().join()).isEqualTo(new TransactionOutcome.Rejected(slot.entity(), "only 0"));
        assertThat(look("e/1").cents()).isEqualTo(5);
    }

    @Test
    void transactionsThatCrossNeitherBlockNorLoseNorDouble() {
        int vaults = 5;
        for (int i = 0; i < vaults; i++) {
            put("f/" + i, 1_000);
        }
        List<CompletableFuture<TransactionOutcome>> transfers = new ArrayList<>();
        List<CompletableFuture<SendOutcome>> puts = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            transfers.add(transfer("f/" + i * 7 % vaults, "f/" + (i * 7 + 1 + i % 4) % vaults, i % 13)
                    .commit());
            puts.add(vault("f/" + i % vaults).tell(new Put(1)));
        }
        transfers.forEach(transfer -> assertThat(end(transfer)).isInstanceOf(TransactionOutcome.Committed.class));
        puts.forEach(put -> assertThat(end(put)).isInstanceOf(SendOutcome.Committed.class));
        long cents = 0;
        int changes = 0;
        for (int i = 0; i < vaults; i++) {
            cents += look("f/" + i).cents();
            changes += look("f/" + i).changes();
        }
        assertThat(cents).isEqualTo(vaults * 1_000 + 600);
        assertThat(changes).isEqualTo(vaults + 600 + 2 * 600);
    }

    @Test
    void aMessageOfTheSameSenderKeepsItsPlaceBeforeAndBehindATransaction() {
        List<CompletableFuture<?>> sent = new ArrayList<>();
        sent.add(vault("g/2").tell(new Put(1)));
        sent.add(transfer("g/1", "g/2", 0).commit());
        CompletableFuture<Long> taken = vault("g/2").ask(new Take(1), LIMIT);
        CompletableFuture<TransactionOutcome> back = transfer("g/2", "g/1", 1).commit();
        assertThat(taken.join()).isZero();
        assertThat(back.join()).isEqualTo(new TransactionOutcome.Rejected(new EntityId("vault", "g/2"), "only 0"));
        sent.forEach(CompletableFuture::join);
    }

    @Test
    void aHandlerThatFailsEndsTheTransactionAndIsNamed() {
        List<DeadLetter> letters = new CopyOnWriteArrayList<>();
        try (Subscription heard = system.onDeadLetter(letters::add)) {
            Objects.requireNonNull(heard);
            assertFails(
                    system.transaction().with(vault("h/1"), new Put(1)).with(vault("h/2"), new Act("burn")),
                    "h/2",
                    "failed 3 times: java.lang.IllegalStateException: vault on fire");
            await().untilAsserted(() -> assertThat(letters).hasSize(1));
            assertThat(letters.get(0).target()).isEqualTo(new EntityId("vault", "h/2"));
        }
        assertThat(look("h/1")).isEqualTo(Vault.EMPTY);
    }

    private void assertFails(Transaction transaction, @Nullable String by, String why) {
        assertThat(transaction.commit().join())
                .isEqualTo(new TransactionOutcome.Failed(by == null ? null : new EntityId("vault", by), why));
    }

    @Test
    void whatIsTooLargeFailsAsAWhole() {
        assertFails(
                system.transaction()
                        .with(vault("i/1"), new Fill(1, 400_000))
                        .with(vault("i/2"), new Fill(1, 400_000))
                        .with(vault("i/3"), new Fill(1, 400_000)),
                null,
                "the effects of its entities are together too large for one commit");
        assertFails(
                system.transaction().with(vault("i/1"), new Fill(40_000, 1)).with(vault("i/2"), new Fill(40_000, 1)),
                null,
                "the answers of the entities have 80022 bytes together, the limit is 65536: ask for less");
        assertFails(
                system.transaction().with(vault("i/1"), new Put(1)).with(vault("i/2"), new Fill(1, 1_100_000)),
                "i/2",
                "failed 3 times: io.troupe.transport.TransportException: a message of class"
                        + " io.troupe.actors.Vault$State is longer than 1048576 bytes: send less at once, or raise the"
                        + " limit on every node");
        assertThat(look("i/1")).isEqualTo(Vault.EMPTY);
        assertThat(vault("i/1").ask(new Fill(40_000, 900_000), LIMIT).join()).hasSize(40_000);
    }

    @Test
    void aTransactionInADurableHandlerIsRefused() {
        assertThat(vault("j/1").tell(new Act("nest")).join())
                .isInstanceOfSatisfying(
                        SendOutcome.Failed.class,
                        failed -> assertThat(failed.why())
                                .contains("vault/j/1 is durable and sends by its effect alone: use Effect.thenTell"));
    }

    @Test
    void aFullMailboxEndsItWithoutEffectAndLetsTheOthersGoOn() {
        Pid<Vault.Message> slot = system.entity(Vault.SLOT, "k/slot");
        CountDownLatch open = block("k/slot");
        CompletableFuture<SendOutcome> blocked = slot.tell(new Act("wait"));
        await().until(() -> waits("k/slot"));
        CompletableFuture<SendOutcome> waiting = slot.tell(new Put(1));
        CompletableFuture<TransactionOutcome> full = system.transaction()
                .with(vault("k/1"), new Put(1))
                .with(slot, new Put(10))
                .with(vault("k/2"), new Put(1))
                .commit();
        assertThat(end(full)).isEqualTo(new TransactionOutcome.NotExecuted(SendOutcome.Reason.MAILBOX_FULL));
        put("k/1", 7);
        put("k/2", 7);
        open.countDown();
        assertThat(end(blocked)).isInstanceOf(SendOutcome.Committed.class);
        assertThat(end(waiting)).isInstanceOf(SendOutcome.Committed.class);
        assertThat(look("k/1")).isEqualTo(new State(7, 1, ""));
        assertThat(look("k/2")).isEqualTo(new State(7, 1, ""));
        assertThat(slot.ask(new Look(), LIMIT).join()).isEqualTo(new State(1, 1, ""));
    }

    @Test
    void aTransactionThatIsPushedOutOfAMailboxLetsThoseGoOnThatWaitForIt() {
        Pid<Vault.Message> chute = system.entity(Vault.CHUTE, "l/chute");
        CountDownLatch open = block("l/chute");
        CompletableFuture<SendOutcome> blocked = chute.tell(new Act("wait"));
        await().until(() -> waits("l/chute"));
        CompletableFuture<TransactionOutcome> pushedOut = system.transaction()
                .with(vault("l/1"), new Act("pass"))
                .with(chute, new Put(10))
                .commit();
        await().until(() -> waits("l/1"));
        CompletableFuture<SendOutcome> behind = vault("l/1").tell(new Put(5));
        CompletableFuture<SendOutcome> newer = chute.tell(new Put(1));
        assertThat(end(pushedOut)).isEqualTo(new TransactionOutcome.NotExecuted(SendOutcome.Reason.MAILBOX_FULL));
        assertThat(end(behind)).isInstanceOf(SendOutcome.Committed.class);
        open.countDown();
        assertThat(end(blocked)).isInstanceOf(SendOutcome.Committed.class);
        assertThat(end(newer)).isInstanceOf(SendOutcome.Committed.class);
        assertThat(look("l/1")).isEqualTo(new State(5, 1, ""));
    }

    /** A test that waits for ever cannot be interrupted. */
    private static <T> T end(CompletableFuture<T> outcome) {
        return outcome.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** Their sender cannot say that it has an answer as long as the oldest one is missing. */
    @Test
    void answersThatNobodyHasTakenNoteOfMakeRoomForNoMoreAndHoldNobodyUp() {
        CountDownLatch open = block("w/1");
        CompletableFuture<SendOutcome> blocked = vault("w/1").tell(new Act("wait"));
        await().until(() -> waits("w/1"));
        List<CompletableFuture<String>> asks = IntStream.range(0, 400)
                .mapToObj(number -> vault("w/1").ask(new Fill(60_000, 0), LIMIT))
                .toList();
        CompletableFuture<TransactionOutcome> together = system.transaction()
                .with(vault("w/2"), new Put(1))
                .with(vault("w/1"), new Put(1))
                .commit();
        open.countDown();
        assertThat(blocked.join()).isInstanceOf(SendOutcome.Committed.class);
        int answered = 0;
        for (CompletableFuture<String> ask : asks) {
            SendOutcome refused = ask.handle((answer, failure) -> failure == null ? null : Scribe.outcomeOf(ask))
                    .join();
            answered += refused == null ? 1 : 0;
            assertThat(refused).isIn(null, new SendOutcome.NotExecuted(SendOutcome.Reason.MAILBOX_FULL));
        }
        assertThat(answered).isBetween(200, 399);
        assertThat(together.join()).isInstanceOf(TransactionOutcome.Committed.class);
        put("w/1", 1);
        assertThat(vault("w/1").ask(new Fill(60_000, 0), LIMIT).join()).hasSize(60_000);
    }

    /** Nobody waits for them: they would take the room of 16 MiB in the log. */
    @Test
    void answersToWhatAnEffectHasSentAreNotKept() {
        List<DeadLetter> letters = new CopyOnWriteArrayList<>();
        CountDownLatch open = block("z/1-savings");
        CompletableFuture<SendOutcome> blocked = vault("z/1-savings").tell(new Act("wait"));
        await().until(() -> waits("z/1-savings"));
        Subscription heard = system.onDeadLetter(letters::add);
        List<CompletableFuture<SendOutcome>> fills = IntStream.range(0, 400)
                .mapToObj(number -> vault("z/1").tell(new Act("fill")))
                .toList();
        fills.forEach(fill -> assertThat(fill.join()).isInstanceOf(SendOutcome.Committed.class));
        await().until(() -> system.metrics().outbox() >= 400);
        open.countDown();
        assertThat(blocked.join()).isInstanceOf(SendOutcome.Committed.class);
        await().until(() -> system.metrics().outbox() == 0);
        heard.close();
        assertThat(letters).isEmpty();
    }

    private static CountDownLatch block(String id) {
        CountDownLatch latch = new CountDownLatch(1);
        Vault.GATES.put(id, latch);
        return latch;
    }

    /** The handler of an entity waits at its gate, or has let a transaction pass. */
    private static boolean waits(String id) {
        return Vault.WAITING.contains(id);
    }

    @Test
    void oneThatComesTooLateIsNotExecuted() {
        CountDownLatch open = block("m/1");
        CompletableFuture<SendOutcome> blocked = vault("m/1").tell(new Act("wait"));
        await().until(() -> waits("m/1"));
        CompletableFuture<TransactionOutcome> late = system.transaction()
                .with(vault("m/2"), new Put(1))
                .with(vault("m/1"), new Put(1))
                .commitBefore(Duration.ofMillis(1));
        long then = system.clusterClock().nowMillis() + 1;
        await().atMost(LIMIT).until(() -> system.clusterClock().loggedMillis() > then);
        open.countDown();
        assertThat(late.join()).isEqualTo(new TransactionOutcome.NotExecuted(SendOutcome.Reason.DEADLINE_PASSED));
        assertThat(blocked.join()).isInstanceOf(SendOutcome.Committed.class);
        assertThat(look("m/2")).isEqualTo(Vault.EMPTY);
        assertThat(transfer("m/1", "m/2", 0).commitBefore(LIMIT).join())
                .isInstanceOf(TransactionOutcome.Committed.class);
    }

    @Test
    void anUnknownOneCanBeSettled() {
        put("n/1", 10);
        Transaction transfer = transfer("n/1", "n/2", 1);
        MessageId never = new MessageId(
                new io.troupe.metadata.SessionId(
                        system.nodeId(), system.cluster().incarnation()),
                EntityPid.of(vault("n/1")).shard(),
                60_000);
        assertThat(transfer.resolve(new TransactionOutcome.Unknown(never, "test"))
                        .join())
                .isEqualTo(new TransactionOutcome.NotExecuted(SendOutcome.Reason.CANCELLED));
    }

    @Test
    void whatIsNoTransactionIsRefusedWithAWordWhy() {
        Pid<Vault.Message> one = vault("o/1");
        Transaction transaction = system.transaction().with(one, new Put(1));
        int shard = EntityPid.of(one).shard();
        String elsewhere = "p";
        while (EntityPid.of(vault(elsewhere + "/1")).shard() == shard) {
            elsewhere += "p";
        }
        Pid<Vault.Message> other = vault(elsewhere + "/1");
        assertThatThrownBy(() -> transaction.with(other, new Put(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(other + " is on shard " + EntityPid.of(other).shard() + ", " + one + " on shard " + shard
                        + ": a transaction is one commit of one shard. Bring them together with Kind.shardBy or"
                        + " Kind.colocateWith, or use a saga");
        assertThatThrownBy(() -> transaction.with(one, new Look()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        one
                                + " has a message of this transaction already: an entity decides once, so make one message of both");
        Pid<Echo.Message> echo = system.entity(Echo.KIND, "o/1");
        assertThatThrownBy(() -> transaction.with(echo, new Echo.Say("hi")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(echo + " cannot be in a transaction, for kind echo commits nothing: use a durable kind");
        assertThatThrownBy(() -> transaction.with(vault("o/2"), nothing()))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("a transaction needs a message for " + vault("o/2") + ": leave it out instead");
        assertThatThrownBy(() -> system.transaction().commit())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a transaction without messages has no effect: add some with(entity, message)");
        assertThatThrownBy(() -> transaction.commitBefore(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a transaction can be given 1 ms to 1 day to be committed, not PT0S");
        for (int i = 2; i <= Transaction.MAX_ENTITIES; i++) {
            transaction.with(vault("o/" + i), new Put(1));
        }
        assertThatThrownBy(() -> transaction.with(vault("o/33"), new Put(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a transaction has 32 entities at most, and " + vault("o/33")
                        + " is one more: split it, or use a saga");
        assertThat(transaction.commit().join()).isInstanceOf(TransactionOutcome.Committed.class);
        assertThat(look("o/32").cents()).isEqualTo(1);
    }

    @Test
    void aMessageOfAnotherKindAndALocalActorAreRefused() {
        @SuppressWarnings("unchecked") // the mistake under test
        Pid<Object> vault = (Pid<Object>) (Pid<?>) vault("q/1");
        assertThatThrownBy(() -> system.transaction().with(vault, "text"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a java.lang.String is no message of durable kind vault, which takes"
                        + " io.troupe.actors.Vault$Message");
        Pid<Echo.Message> local = system.spawn(Echo.KIND, "local");
        assertThatThrownBy(() -> system.transaction().with(local, new Echo.Say("hi")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is an actor of this process alone");
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // the mistake under test
    private static <T> T nothing() {
        return null;
    }
}
