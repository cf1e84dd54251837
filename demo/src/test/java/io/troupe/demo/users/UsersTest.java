package io.troupe.demo.users;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Saga.Phase;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.Lookup;
import io.troupe.cluster.SendOutcome;
import io.troupe.demo.FreePort;
import io.troupe.transport.kryo.MessageRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What the service promises, on one node. */
@Timeout(180)
class UsersTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Instant MORNING = Instant.parse("2026-05-04T08:00:00Z");

    @TempDir
    static Path directory;

    private static ClusterActorSystem system;
    private static Users users;

    @BeforeAll
    static void start() throws IOException {
        MessageRegistry.Builder messages = MessageRegistry.builder();
        Users.register(messages);
        ClusterConfig config = ClusterConfig.builder("n1")
                .clusterName("users")
                .shards(16)
                .setShards(128)
                .addNode("n1", "127.0.0.1", FreePort.next(), FreePort.next())
                .dataDir(directory)
                .build();
        system = ClusterActorSystem.start(config, messages.build(), Users.kinds())
                .join();
        users = new Users(system, LIMIT);
    }

    @AfterAll
    static void stop() {
        system.close();
    }

    private static UserKey user(String name) {
        return new UserKey("m7", name);
    }

    private static Reply logIn(UserKey user, String device) {
        return users.logIn(user, device, MORNING, HOUR).join();
    }

    private static Reply accepted(long changes) {
        return new Reply.Accepted(changes);
    }

    private static Reply refused(String why) {
        return new Reply.Refused(why);
    }

    @Test
    void everyCommandIsAcceptedOrRefusedWithAReason() {
        UserKey anna = user("anna");
        assertThat(users.logOut(anna).join()).isEqualTo(refused("not logged in"));
        assertThat(users.updateProfile(anna, "Anna", "a@mall.example").join())
                .isEqualTo(refused("not logged in: log in to change the profile"));
        assertThat(logIn(anna, "phone")).isEqualTo(accepted(1));
        assertThat(logIn(anna, "desk"))
                .isEqualTo(refused("logged in on phone since 2026-05-04T08:00:00Z: log out there first"));
        assertThat(logIn(anna, "phone")).isEqualTo(accepted(2));
        assertThat(users.updateProfile(anna, "Anna", "a@mall.example").join()).isEqualTo(accepted(3));
        assertThat(users.logOut(anna).join()).isEqualTo(accepted(4));
        assertThat(users.state(anna).join())
                .isEqualTo(new UserState(
                        new UserState.Profile("Anna", "a@mall.example"),
                        null,
                        List.of(new UserState.Visit("phone", MORNING)),
                        1,
                        0,
                        4,
                        10));
    }

    @Test
    void theHistoryIsBounded() {
        UserKey ben = user("ben");
        for (int visit = 0; visit < 22; visit++) {
            logIn(ben, "d" + visit);
            users.logOut(ben).join();
        }
        UserCommand.History history = users.history(ben, 20).join();
        assertThat(history.logIns()).isEqualTo(22);
        assertThat(history.visits()).hasSize(20);
        assertThat(history.visits().get(0).device()).isEqualTo("d21");
        assertThatThrownBy(() -> users.history(ben, 21)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void usersOfTwoMallsAreTwoUsersEvenOfOneName() {
        logIn(new UserKey("m1", "cid"), "phone");
        assertThat(users.peek(new UserKey("m2", "cid")).join()).isEqualTo(UserState.NEW);
        assertThat(users.peek(new UserKey("m1", "cid")).join().logIns()).isEqualTo(1);
    }

    @Test
    void usersLiveOnShardsOfTheirOwn() {
        assertThat(users.whereIs(user("anna"))).isInstanceOfSatisfying(Lookup.Hosted.class, where -> {
            assertThat(where.set()).isEqualTo("users");
            assertThat(where.nodeId()).isEqualTo("n1");
        });
        assertThat(User.PLACES.shards()).isEqualTo(100);
    }

    @Test
    void aLogInThatIsNotRenewedEndsByAReminder() {
        UserKey dora = user("dora");
        UserKey eva = user("eva");
        assertThat(users.logIn(dora, "phone", MORNING, Duration.ofMillis(300)).join())
                .isEqualTo(accepted(1));
        users.logIn(eva, "phone", MORNING, Duration.ofMillis(300)).join();
        // Renewed in time, or a little late on a slow machine: either way the log-in lasts from now on.
        logIn(eva, "phone");
        await().atMost(LIMIT)
                .until(() -> users.peek(dora).join().session() == null
                        && users.peek(dora).join().expired() == 1);
        assertThat(users.peek(eva).join().session()).isNotNull();
    }

    @Test
    void whatAnOldClientSendsIsUnderstood() {
        Reply reply = system.entity(User.KIND, user("olga").toString())
                .ask(new UserCommand.LogInV1("phone", MORNING), LIMIT)
                .join();
        assertThat(reply).isEqualTo(accepted(1));
        assertThat(users.state(user("olga")).join().session())
                .isEqualTo(new UserState.Session("phone", MORNING, Duration.ofMinutes(30)));
    }

    @Test
    void pointsGoFromOneUserToAnotherOrStayWhereTheyAre() {
        UserKey fay = user("fay");
        UserKey gus = user("gus");
        UserKey nobody = user("nobody");
        logIn(fay, "phone");
        logIn(gus, "phone");
        assertThat(transfer("t1", new Transfer(fay, gus, 4))).isEqualTo(Phase.DONE);
        assertThat(users.state(fay).join().points()).isEqualTo(6);
        assertThat(users.state(gus).join().points()).isEqualTo(14);
        assertThat(transfer("t2", new Transfer(fay, gus, 7))).as("too many").isEqualTo(Phase.UNDONE);
        assertThat(transfer("t3", new Transfer(fay, nobody, 6)))
                .as("taken, refused and returned")
                .isEqualTo(Phase.UNDONE);
        assertThat(users.state(fay).join().points()).isEqualTo(6);
        assertThat(users.state(gus).join().points()).isEqualTo(14);
        assertThat(users.state(nobody).join().points()).isZero();
        assertThat(users.transfer("t1", new Transfer(fay, gus, 1)).join())
                .as("a name is used once")
                .isInstanceOf(SendOutcome.Rejected.class);
    }

    private static Phase transfer(String id, Transfer transfer) {
        assertThat(users.transfer(id, transfer).join()).isInstanceOf(SendOutcome.Committed.class);
        await().atMost(LIMIT)
                .until(() -> !users.transferStatus(id).join().phase().equals(Phase.RUNNING)
                        && !users.transferStatus(id).join().phase().equals(Phase.UNDOING));
        return users.transferStatus(id).join().phase();
    }

    @Test
    void usersLeaveTheMemoryAndComeBackAsTheyWere() {
        UserKey hal = user("hal");
        logIn(hal, "phone");
        CompletableFuture<?>[] many = new CompletableFuture<?>[2 * User.MAX_ACTIVE];
        for (int number = 0; number < many.length; number++) {
            many[number] = users.logIn(user("many" + number), "phone", MORNING, HOUR);
        }
        CompletableFuture.allOf(many).join();
        await().atMost(LIMIT).until(() -> system.activeEntities() == 0);
        assertThat(system.metrics().passivations()).isGreaterThanOrEqualTo(many.length + 1);
        long activations = system.metrics().activations();
        assertThat(users.peek(hal).join().session()).as("peeked").isNotNull();
        assertThat(system.metrics().activations()).as("nobody was woken").isEqualTo(activations);
        assertThat(users.state(hal).join().session()).as("asked").isNotNull();
        assertThat(system.metrics().activations())
                .as("it may have left again by now")
                .isEqualTo(activations + 1);
    }
}
