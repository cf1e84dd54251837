package io.troupe.metadata.internal.state;

import java.util.ArrayList;
import java.util.List;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.codec.Bytes;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import static org.assertj.core.api.Assertions.assertThat;

class StateViewTest extends StateFixture {
    private static List<KeyValue> keys(StateView view) {
        List<KeyValue> all = new ArrayList<>();
        view.forEach("", all::add);
        return all;
    }

    /** Compared by what a backup keeps of a state: nobody's session, no leader, no revision. */
    private static byte[] kept(StateView view) {
        StateView data =
                new StateView(0, 0, null, view.keys(), KeyIndex.empty(), view.channels(), KeyIndex.empty(), Joins.NONE);
        return Bytes.snapshot(data);
    }

    @Property(tries = 100)
    void dataThatAreThereAsTheyWereAreTheSame(@ForAll long seed) {
        RandomEntries random = new RandomEntries(seed);
        MetadataState changing = new MetadataState();
        StateView earlier = changing.view();
        for (int step = 0; step < 60; step++) {
            changing.apply(9, random.next(changing.view()));
            StateView later = changing.view();
            if (later.hasDataOf(earlier)) {
                assertThat(keys(later)).isEqualTo(keys(earlier));
                assertThat(kept(later)).isEqualTo(kept(earlier));
            } else {
                earlier = later;
            }
        }
    }

    @Example
    void onlyKeysAndSettledMessagesAreData() {
        StateView before = state.view();
        apply(new Command.Tick(5, List.of(own)));
        apply(2, new Command.Lead("n1"));
        open("n2", "disk", 2);
        txn(Txn.EMPTY);
        assertThat(state.view().revision()).isGreaterThan(before.revision());
        assertThat(state.view().hasDataOf(before)).isTrue();
        txn(Txn.of(put("a", "1")));
        StateView one = state.view();
        assertThat(one.hasDataOf(before)).isFalse();
        txn(Txn.of(put("a", "2")));
        assertThat(state.view().hasDataOf(one)).isFalse();
        StateView two = state.view();
        txn(Txn.of(new Op.Settle(own, 3, 1, 1, 7, NONE)));
        assertThat(keys(state.view())).isEqualTo(keys(two));
        assertThat(state.view().hasDataOf(two)).isFalse();
        assertThat(state.view().hasDataOf(state.view())).isTrue();
    }
}
