package io.troupe.demo.verdict;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.troupe.demo.input.UserEvent;
import io.troupe.demo.input.UserEvent.Gift;
import io.troupe.demo.input.UserEvent.LogIn;
import io.troupe.demo.input.UserEvent.LogOut;
import io.troupe.demo.input.UserEvent.Profile;
import io.troupe.demo.input.UserEvents;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ExpectedUsersTest {
    private static final long HOUR = 3_600_000;

    @Test
    void eventsArePlayedThroughOneAfterTheOther() {
        List<UserEvent> events = List.of(
                new LogOut("m-a"), // refused
                new Profile("m-a", "A", "a@x"), // refused
                new LogIn("m-a", "phone", 1, HOUR),
                new LogIn("m-a", "phone", 2, HOUR), // renews
                new LogIn("m-a", "desk", 3, HOUR), // refused
                new Profile("m-a", "A", "a@x"),
                new Gift("m-a", "m-b", 4), // done
                new Gift("m-a", "m-b", 100), // undone
                new LogOut("m-a"),
                new LogIn("m-a", "desk", 4, HOUR),
                new LogIn("m-c", "phone", 5, UserEvents.MOMENT_MILLIS));
        ExpectedUsers expected = ExpectedUsers.of(List.of("m-a", "m-b", "m-c"), events, number -> number == 6);
        assertThat(expected.totals())
                .containsEntry("m-a", new UserTotals("desk", "A a@x", "phone@1 desk@4", 2, 0, 5, 16))
                .containsEntry("m-b", new UserTotals("", " ", "", 0, 0, 0, 4))
                .containsEntry("m-c", new UserTotals("", " ", "phone@5", 1, 1, 2, 10))
                .hasSize(3);
        assertThat(expected.accepted()).isEqualTo(6);
        assertThat(expected.refused()).isEqualTo(3);
        assertThat(expected.expired()).isEqualTo(1);
    }

    @Test
    void theHistoryKeepsTwentyLogIns() {
        List<UserEvent> events = IntStream.range(0, 60)
                .<UserEvent>mapToObj(
                        number -> number % 2 == 0 ? new LogIn("m-a", "d", number, HOUR) : new LogOut("m-a"))
                .toList();
        String lastTwenty =
                IntStream.range(10, 30).mapToObj(number -> "d@" + 2 * number).collect(Collectors.joining(" "));
        UserTotals totals = ExpectedUsers.of(List.of("m-a"), events, number -> false)
                .totals()
                .get("m-a");
        assertThat(totals).isEqualTo(new UserTotals("", " ", lastTwenty, 30, 0, 60, 300));
    }

    @Test
    void anEventOfAStrangerIsABugOfTheGenerator() {
        assertThatThrownBy(() -> ExpectedUsers.of(List.of("m-a"), List.of(new LogOut("m-b")), number -> false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an event is of m-b, who is not among the users");
    }
}
