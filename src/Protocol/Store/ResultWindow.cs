using System.Collections.Immutable;
using System.Numerics;

namespace PbKv.Protocol;

/// <summary>
/// Results by sequence: an open-addressed table whose places follow from the sequence itself. Sequences in flight lie
/// close together, so each has its own place and this works like a ring; any others work too. Grows and shrinks.
/// </summary>
internal struct ResultWindow
{
    private const int Smallest = 2;

    /// <summary>So often in a row there has to be far too much room before some is given back.</summary>
    private const int ShrinkAfter = 8;

    private OperationResult[] _places;

    // How many lie elsewhere than in the place that follows from their sequence. While there are none, as almost
    // always, a search ends after one look: sequences in flight fill long runs of places that it would otherwise go
    // through.
    private int _displaced;
    private int _tooLarge;

    public static ResultWindow Create() => new() { _places = [] };

    public int Count { get; private set; }

    public readonly int Capacity => _places.Length;

    /// <summary>Every place, taken or not (<see cref="IsResult"/>), in no order.</summary>
    public readonly ReadOnlySpan<OperationResult> Places => _places;

    public readonly ResultWindow Copy() => this with { _places = _places.AsSpan().ToArray() };

    public readonly bool TryGet(long sequence, out OperationResult result)
    {
        var i = Find(sequence);
        result = i < 0 ? default : _places[i];
        return i >= 0;
    }

    /// <summary>Returns whether there was a result of this sequence.</summary>
    public bool Set(in OperationResult result, out OperationResult earlier)
    {
        Invariant.Assert(IsResult(result), $"the result of sequence {result.Sequence} has no status");
        var i = Find(result.Sequence);
        earlier = i < 0 ? default : _places[i];
        if (i >= 0)
        {
            _places[i] = result;
            return true;
        }
        if ((Count + 1) * 4 > _places.Length * 3)
            Resize(Math.Max(Smallest, _places.Length * 2));
        Add(result);
        return false;
    }

    public bool Remove(long sequence, out OperationResult result)
    {
        var hole = Find(sequence);
        result = hole < 0 ? default : _places[hole];
        if (hole < 0)
            return false;
        Count--;
        var mask = _places.Length - 1;
        if (Home(result) != hole)
            _displaced--;
        // Close the hole, so that a search that would have gone past it goes on finding what lies behind.
        for (var i = (hole + 1) & mask; _displaced > 0 && IsResult(_places[i]); i = (i + 1) & mask)
        {
            var home = Home(_places[i]);
            if (((i - home) & mask) < ((i - hole) & mask))
                continue;
            _places[hole] = _places[i];
            if (home == hole)
                _displaced--;
            hole = i;
        }
        _places[hole] = default;
        return true;
    }

    /// <summary>
    /// Gives room back, but not at once: a session that goes on needs it again with its next batch, and to grow anew
    /// each time would cost more than all else that is remembered of an operation.
    /// </summary>
    /// <param name="needed">How many results there were before the last were forgotten.</param>
    public void Shrink(int needed)
    {
        if (_places.Length <= 16 || needed >= _places.Length / 8)
        {
            _tooLarge = 0;
        }
        else if (++_tooLarge == ShrinkAfter)
        {
            _tooLarge = 0;
            Resize((int)BitOperations.RoundUpToPowerOf2((uint)(needed * 2 + 1)));
        }
    }

    public readonly ImmutableArray<OperationResult> InOrder()
    {
        var results = ImmutableArray.CreateBuilder<OperationResult>(Count);
        foreach (ref readonly var place in _places.AsSpan())
        {
            if (IsResult(place))
                results.Add(place);
        }
        results.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
        return results.MoveToImmutable();
    }

    /// <summary>A place that was never written, or was cleared, has status 0.</summary>
    public static bool IsResult(in OperationResult place) => (byte)place.Status > 0;

    private readonly int Find(long sequence)
    {
        if (_places.Length == 0)
            return -1;
        var mask = _places.Length - 1;
        for (var i = (int)sequence & mask; ; i = (i + 1) & mask)
        {
            ref readonly var place = ref _places[i];
            if (!IsResult(place))
                return -1;
            if (place.Sequence == sequence)
                return i;
            if (_displaced == 0)
                return -1;
        }
    }

    private void Resize(int length)
    {
        var old = _places;
        _places = new OperationResult[length];
        Count = 0;
        _displaced = 0;
        foreach (ref readonly var place in old.AsSpan())
        {
            if (IsResult(place))
                Add(place);
        }
    }

    private void Add(in OperationResult result)
    {
        var mask = _places.Length - 1;
        var i = Home(result);
        if (IsResult(_places[i]))
            _displaced++;
        while (IsResult(_places[i]))
            i = (i + 1) & mask;
        _places[i] = result;
        Count++;
    }

    private readonly int Home(in OperationResult result) => (int)result.Sequence & (_places.Length - 1);
}
