package io.troupe.chaos.users;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.Saga;
import io.troupe.chaos.kit.TestCluster;
import io.troupe.chaos.kit.TestProbe;
import io.troupe.cluster.Lookup;
import io.troupe.demo.users.Reply;
import io.troupe.demo.users.Transfer;
import io.troupe.demo.users.UserKey;
import io.troupe.demo.users.UserState;
import io.troupe.demo.users.Users;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How a service is tested with the kit: the users of the demo on three nodes and virtual time, so that an hour passes
 * in milliseconds and the same seed gives the same run.
 */
class UsersUnderFaultsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Instant MORNING = Instant.parse("2026-05-04T08:00:00Z");
    private static final UserKey ANNA = UserKey.parse("m7-anna");
    private static final UserKey BEN = UserKey.parse("m7-ben");

    private final TestCluster cluster = TestCluster.simulated(7, 3, registry(), Users.kinds());
    private final TestProbe<Reply> probe = cluster.probe(Reply.class);

    private static MessageRegistry registry() {
        MessageRegistry.Builder messages = MessageRegistry.builder();
        Users.register(messages);
        return messages.build();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private Users users(int node) {
        return new Users(cluster.node(node), LIMIT);
    }

    private Reply logIn(UserKey user, String device, Duration goodFor) {
        return cluster.await(users(0).logIn(user, device, MORNING, goodFor), LIMIT);
    }

    private UserState peek(UserKey user) {
        return cluster.await(users(up()).peek(user), LIMIT);
    }

    private int up() {
        return cluster.awaitLeader(LIMIT);
    }

    private void pass(Duration time) {
        probe.expectNoMessage(time);
    }

    /** {@return the number of the node on which a user lives} */
    private int home(UserKey user) {
        Lookup.Hosted hosted = (Lookup.Hosted) users(up()).whereIs(user);
        return Integer.parseInt(hosted.nodeId().substring(1)) - 1;
    }

    @Test
    void theRepliesOfAUserComeInTheOrderOfItsCommands() {
        Users users = users(1);
        List<CompletableFuture<?>> replies = new ArrayList<>();
        for (CompletableFuture<Reply> reply : List.of(
                users.logIn(ANNA, "phone", MORNING, MINUTE),
                users.logIn(ANNA, "desk", MORNING, MINUTE),
                users.logOut(ANNA))) {
            replies.add(reply.thenAccept(answer -> replies.add(probe.ref().tell(answer))));
        }
        assertThat(probe.expectMessageClass(Reply.Accepted.class, LIMIT).changes())
                .isEqualTo(1);
        assertThat(probe.expectMessageClass(Reply.Refused.class, LIMIT).why())
                .isEqualTo("logged in on phone since 2026-05-04T08:00:00Z: log out there first");
        assertThat(probe.expectMessage(LIMIT)).isEqualTo(new Reply.Accepted(2));
    }

    @Test
    void aLogInLastsUntilItsTimeAndARenewalBeginsItAnew() {
        logIn(ANNA, "phone", MINUTE);
        pass(Duration.ofSeconds(50));
        assertThat(peek(ANNA).session()).isNotNull();
        logIn(ANNA, "phone", MINUTE);
        pass(Duration.ofSeconds(50));
        assertThat(peek(ANNA).session()).as("renewed").isNotNull();
        pass(Duration.ofSeconds(11));
        assertThat(peek(ANNA).session()).isNull();
        assertThat(peek(ANNA).expired()).isEqualTo(1);
    }

    @Test
    void whoHasLoggedOutIsNotLoggedOutOfTheNextLogIn() {
        logIn(ANNA, "phone", MINUTE);
        cluster.await(users(0).logOut(ANNA), LIMIT);
        pass(Duration.ofSeconds(61));
        assertThat(peek(ANNA).expired()).isZero();
    }

    @Test
    void aLogInEndsInTimeThoughItsNodeHasCrashed() {
        logIn(ANNA, "phone", MINUTE);
        int home = home(ANNA);
        cluster.crash(home);
        pass(MINUTE.plusSeconds(1));
        assertThat(home(ANNA)).isNotEqualTo(home);
        assertThat(peek(ANNA).session()).isNull();
        assertThat(peek(ANNA).expired()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 6, 9, 15, 25})
    void pointsAreNeitherLostNorMadeWhenTheGiversNodeCrashes(int afterMillis) {
        logIn(ANNA, "phone", MINUTE);
        logIn(BEN, "phone", MINUTE);
        int home = home(ANNA);
        Users elsewhere = users((home + 1) % cluster.nodes());
        CompletableFuture<?> begun = elsewhere.transfer("t", new Transfer(ANNA, BEN, 4));
        pass(Duration.ofMillis(afterMillis));
        cluster.crash(home);
        cluster.await(begun, LIMIT);
        pass(Duration.ofSeconds(5));
        assertThat(cluster.await(elsewhere.transferStatus("t"), LIMIT).phase()).isEqualTo(Saga.Phase.DONE);
        assertThat(peek(ANNA).points()).isEqualTo(6);
        assertThat(peek(BEN).points()).isEqualTo(14);
    }

    @Test
    void noMoreUsersThanTheCapStayInTheMemoryAndNoneThatIsIdle() {
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int number = 0; number < 1_000; number++) {
            replies.add(users(0).logIn(new UserKey("m7", "u" + number), "phone", MORNING, MINUTE));
        }
        replies.forEach(reply -> cluster.await(reply, LIMIT));
        pass(Duration.ofMillis(200));
        assertThat(active()).isPositive().isLessThanOrEqualTo(3 * 250);
        pass(Duration.ofSeconds(2));
        assertThat(active()).isZero();
        assertThat(peek(new UserKey("m7", "u1")).session()).isNotNull();
        assertThat(active()).as("a peek wakes nobody").isZero();
    }

    private int active() {
        int active = 0;
        for (int node = 0; node < cluster.nodes(); node++) {
            active += cluster.node(node).metrics().actorCount();
        }
        return active;
    }
}
