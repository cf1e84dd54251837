package io.troupe.actors.internal.lifecycle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

class DeadlineQueueTest {
    private record Model(int number, long dueNs, DeadlineQueue.Entry<Integer> entry) {}

    /** Against a list: adds, removals and polls in any order, on a clock that passes its largest number. */
    @Property
    void itGivesWhatIsDueInItsOrder(@ForAll @Size(max = 80) List<@IntRange(max = 59) Integer> steps) {
        DeadlineQueue<Integer> queue = new DeadlineQueue<>();
        List<Model> model = new ArrayList<>();
        long now = Long.MAX_VALUE - 200;
        for (int i = 0; i < steps.size(); i++) {
            int step = steps.get(i);
            if (step < 30) {
                long due = now + step % 10 - 3;
                model.add(new Model(i, due, queue.add(due, i)));
            } else if (step < 40 && !model.isEmpty()) {
                Model gone = model.remove(step % model.size());
                assertThat(queue.remove(gone.entry())).isTrue();
                assertThat(queue.remove(gone.entry())).isFalse();
            } else {
                now += step % 7;
                long at = now;
                Model first = model.stream()
                        .filter(one -> at - one.dueNs() >= 0)
                        .min(Comparator.comparingLong((Model one) -> one.dueNs() - at)
                                .thenComparingInt(Model::number))
                        .orElse(null);
                assertThat(queue.poll(now)).isEqualTo(first == null ? null : (Integer) first.number());
                model.remove(first);
            }
            assertThat(queue.size()).isEqualTo(model.size());
            long reference = now;
            assertThat(queue.nextDueNs())
                    .isEqualTo(model.stream()
                            .map(Model::dueNs)
                            .min(Comparator.comparingLong(due -> due - reference))
                            .orElse(DeadlineQueue.NONE));
        }
    }
}
