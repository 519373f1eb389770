using Xunit.Abstractions;

namespace PbKv.Protocol.Tests.Clocks;

/// <summary>The clock against plain collections: more servers than it has entries, many of them gone.</summary>
public class NodeClockModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false, 1_000_000)]
    [InlineData(true, 1_000_000)]
    [InlineData(false, 300)]
    [InlineData(true, 300)]
    public void A_clock_knows_what_a_dictionary_knows(bool ofServer, int keep)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        ServerId? self = ofServer ? new ServerId(new NodeAddress("n20"), 1) : null;
        var (clock, model) = (new NodeClock(self, keep), new Model(self, keep));
        for (var step = 0; step < 3000; step++)
        {
            var entries = Enumerable
                .Range(0, random.Next(5))
                .Select(_ => $"n{random.Next(step < 1000 ? 60 : 40)}")
                .Distinct()
                .Select(name => new VectorEntry(
                    new ServerId(new NodeAddress(name), 1 + (step / 1500)),
                    random.Next(step + 2)
                ));
            var vector = VectorClock.Of([.. entries]);
            clock.OnReceive(new Stamp(step, vector));
            model.OnReceive(vector);
            Assert.Equal(model.Vector(), clock.Now().Vector);
        }
    }

    private sealed class Model(ServerId? self, int keep)
    {
        private readonly SortedDictionary<string, (VectorEntry Entry, long At)> _entries = new(StringComparer.Ordinal);
        private readonly List<VectorEntry> _dropped = [];
        private long _events;

        public VectorClock Vector() =>
            VectorClock.Of([
                .. _entries.Values.Select(known => known.Entry),
                .. self is { } id ? [new VectorEntry(id, _events)] : Array.Empty<VectorEntry>(),
            ]);

        public void OnReceive(VectorClock vector)
        {
            foreach (var entry in vector.Entries)
                Merge(entry);
            while (_entries.Count + (self is null ? 0 : 1) > NodeClock.MaxEntries)
                Drop(_entries.MinBy(known => known.Value.At).Key);
            if (++_events % 256 != 0)
                return;
            // The clock drops from its end on, which decides what is remembered.
            foreach (var (name, _) in _entries.Where(known => _events - known.Value.At >= keep).Reverse().ToList())
                Drop(name);
        }

        private void Merge(VectorEntry entry)
        {
            var name = entry.Node.Address.Value;
            if (entry.Node.Address == self?.Address)
                return;
            if (
                _entries.TryGetValue(name, out var known)
                    ? IsLater(entry, known.Entry)
                    : !_dropped.Any(dropped => dropped.Node.Address.Value == name && !IsLater(entry, dropped))
            )
                _entries[name] = (entry, _events);
        }

        private void Drop(string name)
        {
            _dropped.Add(_entries[name].Entry);
            if (_dropped.Count > NodeClock.MaxEntries)
                _dropped.RemoveAt(0);
            _entries.Remove(name);
        }

        private static bool IsLater(VectorEntry entry, VectorEntry than) =>
            (entry.Node.Incarnation, entry.Count).CompareTo((than.Node.Incarnation, than.Count)) > 0;
    }
}
