namespace PbKv.Checking;

/// <summary>What is to happen in virtual time; of two things at one moment, the one that was planned first.</summary>
internal sealed class EventQueue
{
    private Planned[] _heap = new Planned[256];
    private int _count;
    private long _planned;

    public int Count => _count;

    public long NextTime => _count == 0 ? long.MaxValue : _heap[0].Time;

    public void Add(long time, WorldEvent happening)
    {
        if (_count == _heap.Length)
            Array.Resize(ref _heap, 2 * _count);
        var item = new Planned(time, _planned++, happening);
        var place = _count++;
        while (place > 0)
        {
            var parent = (place - 1) / 2;
            if (!item.IsBefore(_heap[parent]))
                break;
            _heap[place] = _heap[parent];
            place = parent;
        }
        _heap[place] = item;
    }

    public WorldEvent Take(out long time)
    {
        var first = _heap[0];
        var last = _heap[--_count];
        _heap[_count] = default;
        if (_count > 0)
            SinkFromTop(last);
        time = first.Time;
        return first.Happening;
    }

    private void SinkFromTop(Planned item)
    {
        var place = 0;
        while (true)
        {
            var child = 2 * place + 1;
            if (child >= _count)
                break;
            if (child + 1 < _count && _heap[child + 1].IsBefore(_heap[child]))
                child++;
            if (!_heap[child].IsBefore(item))
                break;
            _heap[place] = _heap[child];
            place = child;
        }
        _heap[place] = item;
    }

    private readonly record struct Planned(long Time, long Order, WorldEvent Happening)
    {
        public bool IsBefore(in Planned other) => Time != other.Time ? Time < other.Time : Order < other.Order;
    }
}
