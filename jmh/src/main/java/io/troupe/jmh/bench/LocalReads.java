package io.troupe.jmh.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.Outcome;

/** Reads of the newest view by one thread: what every node does for each message. No cluster is needed for them. */
final class LocalReads {
    private static final int KEYS_IN_A_TXN = 100;
    private static final int READS = 1_000_000;
    private static final int VALUE_LENGTH = 16;
    private static final long SEED = 4_711;
    private static final long TTL_MILLIS = 60_000;

    private LocalReads() {}

    static double nanos(int keys, Rounds rounds) {
        MetadataView view = filled(names(keys)).view();
        List<String> names = names(keys); // Equal to the keys in the store, but not the same objects.
        Collections.shuffle(names, new Random(SEED));
        double[] nanos = new double[rounds.rounds()];
        long found = 0;
        int reads = Math.max(keys, Math.min(READS, rounds.messages()));
        for (int round = -1; round < nanos.length; round++) { // The first one warms up.
            long start = System.nanoTime();
            int at = 0;
            for (int i = 0; i < reads; i++) {
                KeyValue entry = view.get(names.get(at));
                found += entry == null ? 0 : 1;
                at = at + 1 == keys ? 0 : at + 1;
            }
            if (round >= 0) {
                nanos[round] = (double) (System.nanoTime() - start) / reads;
            }
        }
        if (found != (long) reads * (nanos.length + 1)) {
            throw new BenchException("only " + found + " reads found their key");
        }
        return Rounds.median(nanos);
    }

    private static List<String> names(int keys) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            names.add(String.format(Locale.ROOT, "bench/%08d", i));
        }
        return names;
    }

    private static MetadataState filled(List<String> names) {
        MetadataState state = new MetadataState();
        Outcome opened = state.apply(1, List.of(new Command.OpenSession("bench", "disk", 1, TTL_MILLIS)))
                .outcomes()
                .get(0);
        SessionId session = ((Outcome.SessionOpened) opened).session();
        long sequence = 0;
        for (int from = 0; from < names.size(); from += KEYS_IN_A_TXN) {
            Op[] puts = names.subList(from, Math.min(names.size(), from + KEYS_IN_A_TXN)).stream()
                    .map(name -> new Op.Put(name, new byte[VALUE_LENGTH]))
                    .toArray(Op[]::new);
            state.apply(1, List.of(new Command.Submit(session, ++sequence, List.of(Txn.of(puts)))));
        }
        return state;
    }
}
