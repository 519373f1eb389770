using System.Globalization;
using System.Text;

namespace PbKv.Protocol.Tests.Store;

/// <summary>
/// What a store makes of its memory, kept in Storage.txt beside this file: how segments grow, are filled, emptied and
/// used again. A change of any of that shows in a diff.
/// </summary>
public sealed class StorageTests
{
    private const int FullSegment = RecordLog.FullSegment;

    private readonly StringBuilder _page = new();
    private readonly Dictionary<Bytes, Bytes> _model = [];
    private readonly Random _random = new(20260101);
    private KvStore _store = new();
    private long _operations;
    private long _capacities;

    [Fact]
    public void Memory_is_taken_and_given_back_as_it_is_written_down()
    {
        Write("Records that fill their segments exactly", 600, i => Put(i, 28), every: 50);
        Write("Few keys that are overwritten with what is as long", 200, i => Put(i % 7, 100), every: 50);
        Write("Few keys with values that grow and shrink", 2000, i => Put(i % 7, i * 37 % 150), every: 200);
        Write("Many keys of all lengths", 12_000, _ => Put(_random.Next(1500), _random.Next(200)), every: 1000);
        Write("Records about as large as those that lie alone", 600, i => Put(_random.Next(60), 4054 + (i % 9)), 50);
        Write("Large values beside small ones", 900, AnySize, every: 50);
        Write("So much that segments are larger", 9000, _ => Put(_random.Next(4000), _random.Next(1800)), every: 500);
        Write("Large segments and what just lies alone in them", 1200, Larger, every: 100);
        Write("Middling records behind small ones, beside very large ones", 480, Middling, every: 40);
        Write("A small value becomes large and small again", 40, i => Put(i / 3, i % 3 == 1 ? 100_000 : 100 + i), 4);
        Write("Snapshots are taken", 6000, Shared, every: 500);
        Write("Appends to small values", 1500, i => Append(i % 40, i % 100), every: 100);
        Write("Appends to values that just get a buffer", 400, Grown, every: 20);
        Write("Appends to more values than there are buffers", 4000, Grows, every: 250);
        Write("Appends to values that are too large together", 24, Huge, every: 2);

        Write("Appends to one that is larger than all may be together", 6, Alone, every: 1);

        Approved.AssertIs(_page.ToString(), "Store", "Storage.txt");
    }

    private void Write(string title, int steps, Action<int> step, int every)
    {
        (_store, _operations, _capacities) = (new KvStore(), 0, 0);
        _model.Clear();
        _page.Append(title).Append('\n');
        for (var i = 0; i < steps; i++)
        {
            step(i);
            _operations++;
            _capacities += _store.Capacity;
            if ((i + 1) % every == 0)
                _page.Append(
                    CultureInfo.InvariantCulture,
                    $"{i + 1, 7}: {_store.Count} keys, {_store.ByteCount} bytes, {_store.Memory} counted, "
                        + $"{_store.Capacity} held, {_capacities / _operations} on average, {_store.Written} written\n"
                );
        }
        Verify.Same(_model, _store);
    }

    private void Put(int key, int length)
    {
        var (name, value) = (Key(key), Value(length));
        var grows = _store.GrowthBy(name, length, appends: false);
        var memory = _store.Memory;
        _store.Put(name, value);
        _model[name] = value;
        Assert.InRange(_store.Memory - memory, grows - 1, grows + 1);
        Assert.Equal(length, _store.LengthOf(name));
    }

    private void Append(int key, int length)
    {
        var (name, value) = (Key(key), Value(length));
        var grows = _store.GrowthBy(name, length, appends: true);
        var memory = _store.Memory;
        _store.Append(name, value);
        _model[name] = Bytes.Concat(_model.GetValueOrDefault(name), value);
        Assert.InRange(_store.Memory - memory, grows - 1, grows + 1);
        Assert.Equal(_model[name].Length, _store.LengthOf(name));
    }

    private void AnySize(int step) =>
        Put(
            _random.Next(30),
            (step % 5) switch
            {
                0 => FullSegment - 20 + _random.Next(-2, 2),
                1 => (2 * FullSegment) - 20,
                2 => _random.Next(2 * FullSegment),
                _ => _random.Next(300),
            }
        );

    private void Larger(int step) =>
        Put(_random.Next(300), step % 3 == 0 ? FullSegment - 20 + _random.Next(-1, 2) : _random.Next(FullSegment / 2));

    private void Middling(int step) =>
        Put(
            step,
            step < 40 ? 1 << 20
                : step % 220 == 0 ? 60_000
                : 100
        );

    private void Shared(int step)
    {
        if (step % 700 == 0)
            _store.Snapshot();
        if (step % 1100 == 0)
            _store = _store.Clone();
        Put(_random.Next(500), _random.Next(3) == 0 ? 50 : _random.Next(300));
    }

    private void Grown(int step)
    {
        var key = _random.Next(4);
        if (step % 40 == 0)
            Put(key, GrowingValues.WorthIt + (step % 3) - 1);
        else
            Append(key, 128);
    }

    private void Grows(int step)
    {
        var key = _random.Next(_random.Next(1, 40));
        if (_random.Next(50) == 0)
            Put(key, _random.Next(4000));
        else
            Append(key, _random.Next(100));
    }

    private void Huge(int step)
    {
        if (step < 4)
            Put(step, 7 << 20);
        else
            Append(step / 2 % 4, step * 1000);
    }

    private void Alone(int step)
    {
        if (step == 0)
            Put(0, 33 << 20);
        else
            Append(0, step);
    }

    private static Bytes Key(int i) => Bytes.Utf8(i.ToString("d4", CultureInfo.InvariantCulture));

    private Bytes Value(int length)
    {
        var value = new byte[length];
        _random.NextBytes(value.AsSpan(0, Math.Min(length, 100)));
        return new Bytes(value);
    }
}
