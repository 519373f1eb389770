namespace PbKv.Protocol.Tests.Store;

/// <summary>
/// The store against a dictionary, over random operations, with snapshots and clones held and looked at later.
/// </summary>
public class KvStoreModelTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Theory]
    [InlineData(3, 4, 4000)]
    [InlineData(40, 12, 20_000)]
    [InlineData(2000, 40, 60_000)]
    [InlineData(20_000, 120, 120_000)]
    [InlineData(60, 200_000, 1500)]
    public void A_store_holds_what_a_dictionary_holds(int keys, int longest, int steps)
    {
        var seed = Seeds.Next();
        output.WriteLine($"seed {seed}");
        var run = new Run(new Random(seed), keys, longest, steps);
        for (var i = 0; i < steps; i++)
            run.Step();
        run.VerifyAll();
    }

    private sealed class Run(Random random, int keys, int longest, int steps)
    {
        private readonly List<(KvStore Store, Dictionary<Bytes, Entry> Model)> _lines = [(new KvStore(), [])];
        private readonly List<(StoreSnapshot Snapshot, Dictionary<Bytes, Entry> Model)> _snapshots = [];
        private readonly int _rare = Math.Max(20, steps / 40);
        private long _revision;

        public void Step()
        {
            var at = random.Next(_lines.Count);
            var (store, model) = _lines[at];
            switch (random.Next(_rare))
            {
                case 0 when model.Count <= 4000 || random.Next(10) == 0:
                    Verify.Same(model, store);
                    _snapshots.Add((store.Snapshot(), new(model)));
                    break;
                case 1:
                    var clone = (store.Clone(), new Dictionary<Bytes, Entry>(model));
                    if (_lines.Count < 3)
                        _lines.Add(clone);
                    else
                        _lines[random.Next(3)] = clone;
                    break;
                case 2 when model.Count <= 4000 || random.Next(10) == 0:
                    ReadAndTakeBack(store, model);
                    break;
                case 3 when _snapshots.Count > 4:
                    var held = random.Next(_snapshots.Count);
                    Verify.Same(_snapshots[held].Model, _snapshots[held].Snapshot);
                    _snapshots.RemoveAt(held);
                    break;
                default:
                    Write(store, model);
                    break;
            }
        }

        public void VerifyAll()
        {
            foreach (var (store, model) in _lines)
                Verify.Same(model, store);
            foreach (var (snapshot, model) in _snapshots)
                Verify.Same(model, snapshot);
        }

        /// <summary>A clone in between has its share for good, and with it the snapshot.</summary>
        private void ReadAndTakeBack(KvStore store, Dictionary<Bytes, Entry> model)
        {
            var (snapshot, then) = (store.Snapshot(), new Dictionary<Bytes, Entry>(model));
            for (var i = 0; i < 20; i++)
                Write(store, model);
            Verify.Same(then, snapshot);
            if (random.Next(2) == 0)
            {
                _lines[random.Next(_lines.Count)] = (store.Clone(), new(model));
                _snapshots.Add((snapshot, then));
            }
            store.TakeBack();
        }

        private void Write(KvStore store, Dictionary<Bytes, Entry> model)
        {
            var key = Bytes.Utf8("key" + random.Next(keys));
            var frame = new byte[random.Next(longest) + 9];
            random.NextBytes(frame);
            var value = new Bytes(frame, 4, random.Next(4) == 0 ? random.Next(frame.Length - 8) : frame.Length - 9);
            var known = model.TryGetValue(key, out var earlier);
            Assert.Equal(known, store.TryGet(key, out var found));
            Assert.Equal(earlier.Value, found);
            _revision++;
            var written = new Entry(key, Bytes.CopyOf(value.Span))
            {
                Revisions = new Revisions(_revision, known ? earlier.Revisions.Created : _revision),
            };
            if (random.Next(6) == 0)
            {
                model.Remove(key);
                Assert.Equal(known, store.Delete(key));
            }
            else if (random.Next(6) == 0 && earlier.Value.Length < 4 * longest)
            {
                model[key] = written with { Value = Bytes.Concat(earlier.Value, value) };
                Assert.Equal(model[key].Value.Length, store.Append(key, value, _revision));
            }
            else
            {
                model[key] = written;
                store.Put(key, value, _revision);
            }
            // The store must not look any more at what was handed in, but where it is an array of its own.
            if (!value.IsLargeAndAlone)
                Array.Clear(frame);
            Assert.Equal(model.TryGetValue(key, out var kept) ? kept : null, store.Look(key));
            Assert.Equal(earlier.Value, found);
        }
    }
}
