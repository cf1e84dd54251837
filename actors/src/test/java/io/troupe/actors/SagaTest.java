package io.troupe.actors;

import java.time.Duration;

import io.troupe.actors.Saga.Call;
import io.troupe.actors.Saga.Phase;
import io.troupe.actors.Saga.Status;
import io.troupe.cluster.SendOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A saga does all of its steps, or undoes those that are known to be committed. */
@Timeout(120)
class SagaTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Three accounts, because two steps must be undone. */
    record Tour(String first, String second, String third, long cents) {}

    private static Call<Account.Message> deposit(ActorContext<?> context, String id, long cents) {
        return new Call<>(context.entity(Account.KIND, id), new Account.Deposit(cents));
    }

    private static final Saga<Tour> TOUR = Saga.named("tour", Tour.class)
            .step(
                    "first",
                    (tour, context) -> deposit(context, tour.first(), tour.cents()),
                    (tour, context) -> deposit(context, tour.first(), -tour.cents()))
            .step("look", (tour, context) -> new Call<>(context.entity(Account.KIND, tour.first()), new Account.Read()))
            .step(
                    "second",
                    (tour, context) -> deposit(context, tour.second(), tour.cents()),
                    (tour, context) -> deposit(context, tour.second(), -tour.cents()))
            .step("third", (tour, context) -> deposit(context, tour.third(), tour.cents()))
            .end((tour, context) -> deposit(context, "ended", 1))
            .keptFor(Duration.ofDays(1))
            .build();

    /** Is over and forgotten before anybody can look, if this machine is slow. */
    private static final Saga<Tour> BRIEF = Saga.named("brief", Tour.class)
            .step("only", (tour, context) -> deposit(context, tour.first(), tour.cents()))
            .end((tour, context) -> deposit(context, tour.second(), 1))
            .keptFor(Duration.ofMillis(50))
            .build();

    /** Closes an account, so that nothing more can be done about it. */
    private static final Saga<Tour> TRAP = Saga.named("trap", Tour.class)
            .step(
                    "close",
                    (tour, context) -> new Call<>(context.entity(Account.KIND, tour.first()), new Account.Close()),
                    (tour, context) -> deposit(context, tour.first(), -1))
            .step("fail", (tour, context) -> deposit(context, tour.first(), 1))
            .build();

    /** Its functions fail as the ids of its accounts say. */
    private static final Saga<Tour> FRAGILE = Saga.named("fragile", Tour.class)
            .step(
                    "first",
                    (tour, context) -> deposit(context, tour.first(), tour.cents()),
                    (tour, context) -> fragile(context, tour.third(), tour.first(), -tour.cents()))
            .step("second", (tour, context) -> fragile(context, tour.second(), "f-second", tour.cents()))
            .end((tour, context) -> fragile(context, tour.second(), "f-ended", 1))
            .build();

    private static Call<?> fragile(ActorContext<?> context, String how, String id, long cents) {
        return switch (how) {
            case "throws" -> throw new IllegalStateException("how should I know");
            case "mistaken" -> mistaken(context.entity(Account.KIND, id));
            case "huge" -> new Call<>(context.entity(OutboxTest.DIARY, id), new Diary.Note("x".repeat(1_100_000)));
            case "ends badly" ->
                id.equals("f-ended") ? fragile(context, "throws", id, cents) : deposit(context, id, cents);
            default ->
                how.startsWith("heavy")
                        ? new Call<>(context.entity(OutboxTest.DIARY, id), new Diary.Note("x".repeat(600_000)))
                        : deposit(context, id, cents);
        };
    }

    @SuppressWarnings("unchecked") // the mistake under test
    private static Call<?> mistaken(Pid<?> account) {
        return new Call<>((Pid<Object>) account, "no message of yours");
    }

    private static final Saga<Tour> LOST = Saga.named("lost", Tour.class)
            .step("only", (tour, context) -> fragile(context, "throws", "", tour.cents()))
            .build();

    @RegisterExtension
    static final SharedNodes NODES = new SharedNodes(
            's',
            1,
            Account.KIND,
            OutboxTest.DIARY,
            TOUR.kind(),
            BRIEF.kind(),
            TRAP.kind(),
            FRAGILE.kind(),
            LOST.kind());

    private final ClusterActorSystem system = NODES.node();

    private Pid<Saga.Message> saga(String id) {
        return system.entity(TOUR.kind(), id);
    }

    private SendOutcome start(String id, Tour tour) {
        return saga(id).tell(TOUR.start(tour)).join();
    }

    private void awaitStatus(String id, Phase phase, String step) {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(
                                saga(id).ask(new Saga.GetStatus(), LIMIT).join())
                        .isEqualTo(new Status(phase, step)));
    }

    private long cents(String id) {
        return Account.read(system, id).cents();
    }

    private void close(String id) {
        assertThat(system.entity(Account.KIND, id).tell(new Account.Close()).join())
                .isInstanceOf(SendOutcome.Committed.class);
    }

    @Test
    void allStepsAreDoneAndSomebodyIsTold() {
        long ended = cents("ended");
        assertThat(start("well", new Tour("w1", "w2", "w3", 5))).isInstanceOf(SendOutcome.Committed.class);
        awaitStatus("well", Phase.DONE, "third");
        assertThat(start("well", new Tour("w1", "w2", "w3", 5)))
                .isInstanceOfSatisfying(
                        SendOutcome.Rejected.class,
                        rejected -> assertThat(rejected.why()).endsWith("was started before"));
        assertThat(cents("w1")).isEqualTo(5);
        assertThat(cents("w2")).isEqualTo(5);
        assertThat(cents("w3")).isEqualTo(5);
        await().atMost(LIMIT).until(() -> cents("ended") > ended);
    }

    @Test
    void aSagaThatIsDoneIsForgottenAfterItsTime() {
        Pid<Saga.Message> brief = system.entity(BRIEF.kind(), "brief");
        assertThat(brief.tell(BRIEF.start(new Tour("b1", "b2", "", 5))).join())
                .isInstanceOf(SendOutcome.Committed.class);
        await().atMost(LIMIT).until(() -> cents("b2") == 1);
        assertThat(cents("b1")).isEqualTo(5);
        await().atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(brief.ask(new Saga.GetStatus(), LIMIT).join())
                                .isEqualTo(new Status(Phase.UNKNOWN, "")));
    }

    @Test
    void aStepThatIsRejectedUndoesThoseBeforeIt() {
        close("u3");
        start("undone", new Tour("u1", "u2", "u3", 7));
        awaitStatus("undone", Phase.UNDONE, "first");
        assertThat(cents("u1")).isZero();
        assertThat(cents("u2")).isZero();
        assertThat(cents("u3")).isZero();
    }

    @Test
    void aFirstStepThatIsRejectedLeavesNothingToUndo() {
        close("n1");
        start("nothing", new Tour("n1", "n2", "n3", 7));
        awaitStatus("nothing", Phase.UNDONE, "first");
        assertThat(cents("n2")).isZero();
    }

    @Test
    void whatCannotBeUndoneStopsTheSagaUntilAPersonHasLooked() {
        system.entity(TRAP.kind(), "trap")
                .tell(TRAP.start(new Tour("t1", "", "", 1)))
                .join();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(trap()).isEqualTo(new Status(Phase.STUCK, "close")));
        assertThat(system.entity(TRAP.kind(), "trap").tell(new Saga.Undo()).join())
                .isInstanceOf(SendOutcome.Committed.class);
        await().atMost(LIMIT).untilAsserted(() -> assertThat(trap()).isEqualTo(new Status(Phase.STUCK, "close")));
        assertThat(cents("t1")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"throws", "mistaken", "huge"})
    void aStepThatCannotBeSentUndoesThoseBeforeItAndAnUndoThatCannotStopsTheSaga(String how) {
        fragile("step-" + how, new Tour("f1-" + how, how, "", 5), new Status(Phase.UNDONE, "first"));
        assertThat(cents("f1-" + how)).isZero();
        fragile("undo-" + how, new Tour("f2-" + how, how, how, 5), new Status(Phase.STUCK, "first"));
        assertThat(cents("f2-" + how)).isEqualTo(5);
        Pid<Saga.Message> stuck = system.entity(FRAGILE.kind(), "undo-" + how);
        assertThat(stuck.tell(new Saga.Undo()).join()).isInstanceOf(SendOutcome.Failed.class);
        assertThat(stuck.ask(new Saga.GetStatus(), LIMIT).join()).isEqualTo(new Status(Phase.STUCK, "first"));
    }

    /** Each of them would fit, but not into one transaction with what the saga is about. */
    @Test
    void aMessageThatDoesNotFitIntoTheLogIsOneThatCannotBeSent() {
        String heavy = "heavy" + "x".repeat(600_000);
        fragile("heavy-step", new Tour("f4", heavy, "", 5), new Status(Phase.UNDONE, "first"));
        assertThat(cents("f4")).isZero();
        fragile("heavy-undo", new Tour("f5", "throws", heavy, 5), new Status(Phase.STUCK, "first"));
        assertThat(cents("f5")).isEqualTo(5);
    }

    @Test
    void aSagaIsDoneAlsoWhenNobodyCanBeTold() {
        fragile("told", new Tour("f3", "ends badly", "", 5), new Status(Phase.DONE, "second"));
        assertThat(cents("f3")).isEqualTo(5);
    }

    @Test
    void aSagaWhoseFirstStepCannotBeSentIsNotStarted() {
        assertThat(system.entity(LOST.kind(), "lost")
                        .tell(LOST.start(new Tour("", "", "", 1)))
                        .join())
                .isInstanceOf(SendOutcome.Failed.class);
        assertThat(system.entity(LOST.kind(), "lost")
                        .ask(new Saga.GetStatus(), LIMIT)
                        .join())
                .isEqualTo(new Status(Phase.UNKNOWN, ""));
    }

    private void fragile(String id, Tour tour, Status status) {
        Pid<Saga.Message> saga = system.entity(FRAGILE.kind(), id);
        assertThat(saga.tell(FRAGILE.start(tour)).join()).isInstanceOf(SendOutcome.Committed.class);
        await().atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(saga.ask(new Saga.GetStatus(), LIMIT).join()).isEqualTo(status));
    }

    private Status trap() {
        return system.entity(TRAP.kind(), "trap")
                .ask(new Saga.GetStatus(), LIMIT)
                .join();
    }

    @Test
    void badInputIsNamed() {
        assertThatThrownBy(() -> Saga.named("empty", Tour.class).build())
                .hasMessage("saga empty must have 1 to 100 steps, not 0");
        assertThatThrownBy(() -> Saga.named("s", Tour.class).keptFor(Duration.ofMillis(-1)))
                .hasMessage("saga s can be kept for zero to 3650 days, not for PT-0.001S");
    }
}
