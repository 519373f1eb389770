namespace PbKv.Protocol;

/// <summary>A request whose answer is awaited.</summary>
/// <param name="View">The number of the view in which it was sent.</param>
/// <param name="SentAt">The tick of the clerk at which it was sent.</param>
/// <param name="Awaited">How many of its operations are not over.</param>
/// <param name="Bytes">What it took on its way.</param>
internal readonly record struct RequestInFlight(
    long Number,
    long View,
    long SentAt,
    long First,
    long Last,
    int Awaited,
    long Bytes
);

/// <summary>The few requests that are in flight at a time, oldest first.</summary>
internal sealed class RequestsInFlight(int capacity)
{
    private RequestInFlight[] _requests = new RequestInFlight[capacity];

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    public bool HasRoom => Count < _requests.Length;

    public RequestInFlight this[int index] => _requests[index];

    public void Add(in RequestInFlight request)
    {
        _requests[Count++] = request;
        Bytes += request.Bytes;
    }

    public int IndexOf(long number)
    {
        var (from, to) = (0, Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (_requests[middle].Number < number)
                from = middle + 1;
            else
                to = middle;
        }
        return from < Count && _requests[from].Number == number ? from : -1;
    }

    public void RemoveAt(int index)
    {
        Count--;
        Bytes -= _requests[index].Bytes;
        Array.Copy(_requests, index + 1, _requests, index, Count - index);
    }

    /// <summary>One operation of the request is over; with the last one the place is free.</summary>
    public void Settle(long number)
    {
        var index = IndexOf(number);
        ref var request = ref _requests[index];
        if (request.Awaited == 1)
            RemoveAt(index);
        else
            request = request with { Awaited = request.Awaited - 1 };
    }

    public RequestsInFlight Clone()
    {
        var clone = (RequestsInFlight)MemberwiseClone();
        clone._requests = [.. _requests];
        return clone;
    }

    public void AddTo(ref Fingerprint fingerprint, long tick)
    {
        for (var i = 0; i < Count; i++)
        {
            var request = _requests[i];
            fingerprint.Add(request.Number);
            fingerprint.Add(request.View);
            fingerprint.Add(tick - request.SentAt);
        }
    }
}
