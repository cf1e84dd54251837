package io.troupe.actors;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import io.troupe.cluster.SendOutcome;
import io.troupe.cluster.Subscription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What an entity sends by its effect arrives once, whoever owns it, and the sender hears how it ended. */
@Timeout(120)
class OutboxTest {
    static final Kind<Diary.Note> DIARY = Kind.of("diary", Diary.Note.class, Diary::new);

    @RegisterExtension
    static final SharedNodes NODES = new SharedNodes('o', 3, Account.KIND, DIARY);

    private final ClusterActorSystem system = NODES.node();

    private Pid<Account.Message> account(String id) {
        return system.entity(Account.KIND, id);
    }

    private SendOutcome tell(String id, Account.Message message) {
        return account(id).tell(message).join();
    }

    private void awaitState(String id, Account.State state) {
        await().untilAsserted(() -> assertThat(Account.read(system, id)).isEqualTo(state));
    }

    @Test
    void moneyArrivesOnceAndTheSenderHearsOfIt() {
        tell("giver", new Account.Deposit(100));
        for (int i = 1; i <= 10; i++) {
            assertThat(tell("giver", new Account.Transfer("taker-" + i, i))).isInstanceOf(SendOutcome.Committed.class);
        }
        awaitState("giver", new Account.State(45, 0, 10, 0, false));
        for (int i = 1; i <= 10; i++) {
            assertThat(Account.read(system, "taker-" + i).cents()).isEqualTo(i);
        }
        await().until(() -> system.metrics().outbox() == 0);
    }

    @Test
    void whatIsRejectedComesBack() {
        tell("closed", new Account.Close());
        tell("loser", new Account.Deposit(30));
        tell("loser", new Account.Transfer("closed", 20));
        awaitState("loser", new Account.State(30, 0, 0, 1, false));
        assertThat(Account.read(system, "closed").cents()).isZero();
    }

    @Test
    void manyTransfersKeepTheSum() {
        int accounts = 8;
        int transfers = 400;
        List<CompletableFuture<SendOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < accounts; i++) {
            outcomes.add(account("sum-" + i).tell(new Account.Deposit(1_000)));
        }
        for (int i = 0; i < transfers; i++) {
            outcomes.add(account("sum-" + i % accounts)
                    .tell(new Account.Transfer("sum-" + (i * 7 + 3) % accounts, i % 13)));
        }
        outcomes.forEach(outcome -> assertThat(outcome.join()).isInstanceOf(SendOutcome.Committed.class));
        await().untilAsserted(() -> {
            long cents = 0;
            long underWay = 0;
            int arrived = 0;
            for (int i = 0; i < accounts; i++) {
                Account.State state = Account.read(system, "sum-" + i);
                cents += state.cents();
                underWay += state.underWay();
                arrived += state.arrived();
            }
            assertThat(arrived).isEqualTo(transfers);
            assertThat(underWay).isZero();
            assertThat(cents).isEqualTo(8_000);
        });
    }

    @Test
    void messagesToAVolatileActorKeepTheirOrder() {
        List<String> written = new ArrayList<>(List.of("start"));
        for (int i = 0; i < 50; i++) {
            tell("writer", new Account.Tell("of-writer", "note " + i));
            written.add("note " + i);
        }
        await().untilAsserted(() -> assertThat(Diary.of("of-writer")).isEqualTo(written));
    }

    @Test
    void aMistakeInAnEffectFailsTheMessageAndSaysWhatToDo() {
        mistake(
                "wrong notice",
                "a java.lang.String is no message of durable kind account, which takes"
                        + " io.troupe.actors.Account$Message: an entity reminds itself");
        mistake("wrong message", "a java.lang.String is no message of durable kind account, which takes");
        mistake("tell at once", "is durable and sends by its effect alone: use Effect.thenTell for a message to");
        mistake("ask at once", "is durable and sends by its effect alone");
        mistake("too many", "an effect has 100 messages and reminders at most: let the entity tell itself");
        assertThat(Account.read(system, "clumsy")).isEqualTo(Account.EMPTY);
    }

    @Test
    void whoHasAllTheRemindersThatHeMayHaveCanReplaceOne() {
        List<CompletableFuture<SendOutcome>> set = IntStream.range(0, 1_000)
                .mapToObj(i -> account("reminded").tell(new Account.Save("r" + i, 1, 1_000_000_000, 0)))
                .toList();
        set.forEach(outcome -> assertThat(outcome.join()).isInstanceOf(SendOutcome.Committed.class));
        assertThat(tell("reminded", new Account.Save("one-more", 1, 1_000_000_000, 0)))
                .isInstanceOfSatisfying(
                        SendOutcome.Failed.class,
                        failed -> assertThat(failed.why())
                                .contains("has 1000 reminders, one more (one-more) is too many"));
        assertThat(tell("reminded", new Account.Save("r7", 2, 1_000_000_000, 0)))
                .isInstanceOf(SendOutcome.Committed.class);
    }

    private void mistake(String what, String why) {
        List<DeadLetter> letters = new CopyOnWriteArrayList<>();
        List<Subscription> heard = IntStream.rangeClosed(1, 3)
                .mapToObj(number -> NODES.node(number).onDeadLetter(letters::add))
                .toList();
        assertThat(tell("clumsy", new Account.Overdo(what)))
                .isInstanceOfSatisfying(
                        SendOutcome.Failed.class,
                        failed -> assertThat(failed.why()).contains(why));
        await().untilAsserted(() -> assertThat(letters).hasSize(1));
        heard.forEach(Subscription::close);
    }
}
