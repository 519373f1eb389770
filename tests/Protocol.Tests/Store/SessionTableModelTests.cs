namespace PbKv.Protocol.Tests.Store;

/// <summary>The session table against plain collections, with snapshots and clones held and looked at later.</summary>
public class SessionTableModelTests(Xunit.Abstractions.ITestOutputHelper output)
{
    [Theory]
    [InlineData(3, 6, 20_000)]
    [InlineData(50, 200, 40_000)]
    [InlineData(3000, 20, 60_000)]
    public void A_table_holds_what_a_dictionary_holds(int sessions, int window, int steps)
    {
        var seed = Seeds.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var lines = new List<(SessionTable Table, Model Model)> { (new SessionTable(), new Model()) };
        var snapshots = new List<(SessionTable Snapshot, Model Model)>();
        for (var i = 0; i < steps; i++)
        {
            var at = random.Next(lines.Count);
            var (table, model) = lines[at];
            switch (random.Next(Math.Max(20, steps / 200)))
            {
                case 0:
                    snapshots.Add((table.Clone(), model.Copy()));
                    break;
                case 1:
                    var clone = (table.Clone(), model.Copy());
                    if (lines.Count < 3)
                        lines.Add(clone);
                    else
                        lines[random.Next(3)] = clone;
                    break;
                case 2 when snapshots.Count > 3:
                    snapshots[0].Model.MustEqual(snapshots[0].Snapshot);
                    snapshots.RemoveAt(0);
                    break;
                default:
                    model.Change(table, random, sessions, window);
                    break;
            }
        }
        foreach (var (table, model) in lines)
            model.MustEqual(table.Clone());
        foreach (var (snapshot, model) in snapshots)
            model.MustEqual(snapshot);
    }

    private sealed class Model
    {
        private readonly SortedDictionary<
            long,
            (long Floor, SortedDictionary<long, OperationResult> Results)
        > _sessions = [];

        public Model Copy()
        {
            var copy = new Model();
            foreach (var (id, (floor, results)) in _sessions)
                copy._sessions[id] = (floor, new(results));
            return copy;
        }

        public void Change(SessionTable table, Random random, int sessions, int window)
        {
            long id = random.Next(sessions);
            if (!_sessions.TryGetValue(id, out var session))
            {
                Assert.Null(table.Find(id));
                Assert.False(table.Close(id));
                table.Open(id);
                _sessions[id] = (0, []);
                return;
            }
            switch (random.Next(20))
            {
                case 0:
                    Assert.True(table.Close(id));
                    _sessions.Remove(id);
                    break;
                case < 5:
                    var floor = session.Floor + random.Next(window) - 2;
                    table.Edit(id).RaiseFloor(floor);
                    foreach (var sequence in session.Results.Keys.Where(s => s < floor).ToList())
                        session.Results.Remove(sequence);
                    _sessions[id] = (Math.Max(floor, session.Floor), session.Results);
                    break;
                default:
                    var result = Result(session.Floor + random.Next(window), random);
                    table.Edit(id).Record(result);
                    session.Results[result.Sequence] = result;
                    break;
            }
            Same(_sessions.TryGetValue(id, out var now) ? now : null, table.Find(id));
        }

        public void MustEqual(SessionTable snapshot)
        {
            Assert.Equal(_sessions.Count, snapshot.Count);
            var loaded = new SessionTable();
            var seen = new HashSet<long>();
            for (var cursor = new SessionCursor(snapshot); cursor.MoveNext(); )
            {
                var image = cursor.Current;
                Assert.True(seen.Add(image.Session));
                var (floor, results) = _sessions[image.Session];
                Assert.Equal(floor, image.Floor);
                Assert.Equal(results.Values, image.Results);
                Same((floor, results), snapshot.Find(image.Session));
                loaded.Load(image);
            }
            Assert.Equal(_sessions.Count, seen.Count);
            Assert.Equal(loaded.Digest, snapshot.Digest);
        }

        private static void Same((long Floor, SortedDictionary<long, OperationResult> Results)? model, Session? session)
        {
            Assert.Equal(model is null, session is null);
            if (model is not var (floor, results) || session is null)
                return;
            Assert.Equal(floor, session.Floor);
            Assert.Equal(results.Count, session.Count);
            foreach (var result in results.Values)
            {
                Assert.True(session.TryResult(result.Sequence, out var found));
                Assert.Equal(result, found);
            }
            Assert.False(session.TryResult(floor - 1, out _));
        }

        private static OperationResult Result(long sequence, Random random)
        {
            var bytes = new byte[random.Next(3) * 10];
            random.NextBytes(bytes);
            return new OperationResult(
                sequence,
                random.Next(2) == 0 ? ResultStatus.Ok : ResultStatus.Missing,
                new Bytes(bytes)
            );
        }
    }
}
