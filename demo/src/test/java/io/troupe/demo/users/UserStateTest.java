package io.troupe.demo.users;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.troupe.demo.users.UserCommand.GetHistory;
import io.troupe.demo.users.UserCommand.LogIn;
import io.troupe.demo.users.UserCommand.LogInV1;
import io.troupe.demo.users.UserCommand.UpdateProfile;
import io.troupe.demo.users.UserState.Visit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class UserStateTest {
    private static final Instant MORNING = Instant.parse("2026-05-04T08:00:00Z");
    private static final UserKey ANNA = new UserKey("m7", "anna");

    private static LogIn logIn(String device, int minute) {
        return new LogIn(device, MORNING.plusSeconds(60L * minute), Duration.ofMinutes(5));
    }

    @Test
    void aLogInEarnsPointsAndARenewalDoesNot() {
        UserState in = UserState.NEW.with(logIn("phone", 0));
        assertThat(in.points()).isEqualTo(UserState.BONUS);
        UserState renewed = in.with(logIn("phone", 4));
        assertThat(renewed.points()).isEqualTo(UserState.BONUS);
        assertThat(renewed.logIns()).isEqualTo(1);
        assertThat(renewed.changes()).isEqualTo(2);
        assertThat(renewed.history()).containsExactly(new Visit("phone", MORNING));
        assertThat(renewed.session())
                .isEqualTo(new UserState.Session("phone", MORNING.plusSeconds(240), Duration.ofMinutes(5)));
    }

    @Test
    void onlyTheDeviceOfTheSessionStandsInNoOtherDevicesWay() {
        UserState in = UserState.NEW.with(logIn("phone", 0));
        assertThat(UserState.NEW.obstacleFor("phone")).isNull();
        assertThat(in.obstacleFor("phone")).isNull();
        assertThat(in.obstacleFor("desk"))
                .isEqualTo("logged in on phone since 2026-05-04T08:00:00Z: log out there first");
        assertThat(in.loggedOut().obstacleFor("desk")).isNull();
    }

    @Test
    void theHistoryKeepsTheNewestAndIsReadFromTheNewest() {
        UserState state = UserState.NEW;
        for (int minute = 0; minute < 25; minute++) {
            state = state.with(logIn("d" + minute, minute)).loggedOut();
        }
        assertThat(state.history()).hasSize(UserState.MAX_HISTORY);
        assertThat(state.history().get(0).device()).isEqualTo("d5");
        assertThat(state.newest(2))
                .isEqualTo(new UserCommand.History(
                        List.of(
                                new Visit("d24", MORNING.plusSeconds(24 * 60)),
                                new Visit("d23", MORNING.plusSeconds(23 * 60))),
                        25));
        assertThat(state.newest(20).visits()).hasSize(20);
        assertThat(UserState.NEW.newest(20).visits()).isEmpty();
    }

    @Test
    void whatAnOldClientSendsIsTheUsualLogIn() {
        assertThat(new LogInV1("phone", MORNING).upgraded()).isEqualTo(new LogIn("phone", MORNING, UserCommand.USUAL));
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertRefused(
                () -> new LogIn(" ", MORNING, Duration.ofMinutes(1)),
                "device must have 1 to 100 characters, not only blanks, but was ' '");
        assertRefused(
                () -> new LogIn("phone", MORNING, Duration.ZERO),
                "a log-in can be good for 1 ms to 30 days, not for PT0S: log in again to renew it");
        assertRefused(
                () -> new LogIn("phone", MORNING, Duration.ofDays(31)),
                "a log-in can be good for 1 ms to 30 days, not for PT744H: log in again to renew it");
        assertRefused(
                () -> new UpdateProfile("", "a@b"), "name must have 1 to 100 characters, not only blanks, but was ''");
        String tooLong = "x".repeat(101);
        assertRefused(
                () -> new UpdateProfile("Anna", tooLong),
                "email must have 1 to 100 characters, not only blanks, but had 101");
        assertRefused(() -> new GetHistory(21), "1 to 20 log-ins can be asked for, because no more are kept, not 21");
        assertRefused(() -> new GetHistory(0), "1 to 20 log-ins can be asked for, because no more are kept, not 0");
        assertRefused(
                () -> new Transfer(ANNA, ANNA, 1),
                "a transfer of 1 points from m7-anna to m7-anna moves nothing: name 1 point or more and two users");
        assertRefused(
                () -> new Transfer(ANNA, new UserKey("m7", "ben"), 0),
                "a transfer of 0 points from m7-anna to m7-ben moves nothing: name 1 point or more and two users");
    }

    private static void assertRefused(Runnable values, String message) {
        assertThatThrownBy(values::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
