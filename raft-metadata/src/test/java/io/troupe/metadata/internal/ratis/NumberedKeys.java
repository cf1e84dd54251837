package io.troupe.metadata.internal.ratis;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.troupe.metadata.Compare;
import io.troupe.metadata.MetadataView;
import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;

/** The keys t/00000, t/00001, ...: each is created once, so that a lost or doubled transaction shows. */
final class NumberedKeys {
    private NumberedKeys() {}

    static Txn creation(String key) {
        return Txn.guarded(List.of(Compare.absent(key)), List.of(new Op.Put(key, new byte[16])));
    }

    static String key(int number) {
        return String.format("t/%05d", number);
    }

    static List<String> keys(int count) {
        return IntStream.range(0, count).mapToObj(NumberedKeys::key).toList();
    }

    static List<String> keys(MetadataView view) {
        List<String> found = new ArrayList<>();
        view.forEach("t/", entry -> found.add(entry.key()));
        return found;
    }
}
