package io.troupe.actors.internal.durable;

import io.troupe.actors.internal.durable.Reminders.Standing;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RemindersTest {
    private final Reminders reminders = new Reminders();

    private Standing set(String key, long due, long revision) {
        Standing standing = new Standing(key, revision, new Reminder(due, 0, false, new byte[0]));
        reminders.set(standing);
        return standing;
    }

    @Example
    void whatIsDueIsHandedOutOnceTheEarliestFirst() {
        Standing late = set("e/late", 30, 1);
        Standing early = set("e/early", 10, 2);
        Standing same = set("e/same", 10, 3);
        assertThat(reminders.takeDue(9, 10)).isEmpty();
        assertThat(reminders.takeDue(10, 10)).containsExactly(early, same);
        assertThat(reminders.takeDue(10, 10)).isEmpty();
        assertThat(reminders.takeDue(40, 0)).isEmpty();
        assertThat(reminders.takeDue(40, 1)).containsExactly(late);
        assertThat(reminders.size())
                .as("they stand until their effect is committed")
                .isEqualTo(3);
    }

    @Example
    void whatIsReplacedOrCancelledIsNotHandedOutAgain() {
        Standing first = set("e/a", 10, 1);
        assertThat(reminders.takeDue(10, 10)).containsExactly(first);
        reminders.putBack(first);
        assertThat(reminders.takeDue(10, 10)).as("before time has passed").isEmpty();
        reminders.retry();
        assertThat(reminders.takeDue(10, 10)).containsExactly(first);
        set("e/a", 50, 2);
        reminders.putBack(first);
        reminders.retry();
        assertThat(reminders.takeDue(20, 10)).isEmpty();
        reminders.remove("e/a");
        reminders.putBack(first);
        reminders.retry();
        assertThat(reminders.takeDue(100, 10)).isEmpty();
        reminders.remove("never was");
    }

    @Example
    void thoseOfOneEntityGoTogether() {
        set("k/1:a/x", 1, 1);
        set("k/1:a/y", 1, 1);
        Standing other = set("k/2:a//x", 1, 1);
        assertThat(reminders.count("k/1:a/")).isEqualTo(2);
        reminders.removeAll("k/1:a/");
        assertThat(reminders.takeDue(1, 10)).containsExactly(other);
        assertThat(reminders.size()).isEqualTo(1);
    }

    @Property
    void theNextTickIsOnTheGridAndInTheFuture(
            @ForAll @LongRange(min = 0, max = 1 << 20) long due,
            @ForAll @IntRange(min = 1, max = 1_000) int period,
            @ForAll @LongRange(min = 0, max = 1 << 21) long late) {
        Reminder latest = new Reminder(due, period, false, new byte[0]).next(due + late);
        assertThat(latest.dueMillis()).isGreaterThan(due + late).isLessThanOrEqualTo(due + late + period);
        assertThat((latest.dueMillis() - due) % period).isZero();
        Reminder every = new Reminder(due, period, true, new byte[0]).next(due + late);
        assertThat(every.dueMillis()).isEqualTo(due + period);
        assertThat(new Reminder(due, period, false, new byte[0])
                        .next(due - late)
                        .dueMillis())
                .as("a tick before its time, by another clock")
                .isEqualTo(due + period);
    }

    @Property
    void remindersSurviveTheirBytes(
            @ForAll long due, @ForAll long period, @ForAll boolean every, @ForAll byte[] message) {
        Reminder reminder = new Reminder(due, period, every, message);
        assertThat(Reminder.decode(reminder.encode()))
                .usingRecursiveComparison()
                .isEqualTo(reminder);
        assertThatThrownBy(() -> Reminder.decode(new byte[] {7}))
                .hasMessage("no reminder of format 1: 1 bytes of format 7");
    }
}
