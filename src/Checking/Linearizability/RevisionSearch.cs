using System.Runtime.InteropServices;

namespace PbKv.Checking;

/// <summary>
/// The search over one key whose history tells revisions. As in <see cref="KeySearch"/> the next operation must be one
/// that was invoked before the earliest answer of those that are not in order yet. What keeps it short:
/// <list type="bullet">
/// <item>Revisions rise, so that of all operations that told one only those with the lowest can be next.</item>
/// <item>A read that fits, and tells nothing new, is taken at once.</item>
/// <item>A Put or Append may lie hidden right before any write that shows nothing of what it covers. One that was open
/// at such a place need not come at another (<see cref="Covered"/>), but it may.</item>
/// <item>One of unknown outcome comes only where the next one needs it: otherwise the order is as good without it.
/// </item>
/// </list>
/// </summary>
internal sealed class RevisionSearch : IKeySearch
{
    private static readonly Comparer<SearchOperation?> LatestReturnFirst = Comparer<SearchOperation?>.Create(
        static (one, other) => other!.Return.CompareTo(one!.Return)
    );

    private const int AppendsAhead = 5;

    private readonly SearchLink _known = new(),
        _unknown = new(),
        _byReturn = new(),
        _observers = new(),
        _byRevision = new();

    /// <summary>Of each state how far what was open there is covered, at best.</summary>
    private readonly Dictionary<UInt128, int> _seen = [];

    private readonly Stack<RevisionStep> _path = new();
    private readonly Stack<SearchOperation> _dropped = new();

    /// <summary>Null stands for those of unknown outcome.</summary>
    private readonly List<SearchOperation?> _candidates = [];

    private readonly DeadEnd _deadEnd = new();
    private readonly ValueSources _values;
    private readonly WorthlessValues _worthless;
    private readonly List<SearchOperation> _unansweredDeletes;
    private readonly long _maxSteps;
    private RevisionState _state = RevisionState.Missing;
    private SearchOperation? _unexplained;
    private UInt128 _ordered;

    /// <summary>What was invoked before was open when a write covered what was there.</summary>
    private int _covered;

    private int _latestInvoke = -1;

    /// <summary>What the present value began with.</summary>
    private SearchOperation? _source;

    public RevisionSearch(List<HistoryOperation> history, long maxSteps)
    {
        _maxSteps = maxSteps;
        var operations = history.ConvertAll(operation => new SearchOperation(operation));
        ToldValues.Observe(operations);
        Join(operations.Where(operation => operation.Known), _known, operation => operation.ByInvoke);
        Join(operations.Where(operation => !operation.Known), _unknown, operation => operation.ByInvoke);
        var byReturn = operations.Where(operation => operation.Known).OrderBy(operation => operation.Return).ToList();
        Join(byReturn, _byReturn, operation => operation.ByReturn);
        Join(byReturn.Where(operation => operation.Observes), _observers, operation => operation.ByObservation);
        Join(
            byReturn.Where(operation => operation.Told > 0).OrderBy(operation => operation.Told),
            _byRevision,
            operation => operation.ByRevision
        );
        _values = new ValueSources(operations, AppendsAhead);
        _values.FindReaders(operations);
        _unansweredDeletes = operations.FindAll(operation => operation is { Deletes: true, Known: false });
        _worthless = new WorthlessValues(operations);
    }

    public long Steps { get; private set; }

    /// <summary>Of what there is none left, anything may come.</summary>
    private long LowestTold => _byRevision.Next?.Operation!.Told ?? long.MaxValue;

    public string Explain() => _deadEnd.ToString();

    public Linearizability Run()
    {
        var first = Enter();
        while (Due() is { } due)
        {
            if (first < _candidates.Count)
            {
                if (++Steps > _maxSteps)
                    return Linearizability.GaveUp;
                var operation = _candidates[^1];
                _candidates.RemoveAt(_candidates.Count - 1);
                if (operation is null)
                {
                    AddUnknown(due.Operation!);
                }
                else if (_state.TryApply(operation, out var next))
                {
                    Go(operation, next, first);
                    first = Enter();
                }
            }
            else if (_deadEnd.Sees(_path, due, _unexplained) && _path.TryPop(out var step))
            {
                GoBack(step);
                first = step.FirstCandidate;
            }
            else
            {
                return Linearizability.Violated;
            }
        }
        return Linearizability.Linearizable;
    }

    private static void Join(
        IEnumerable<SearchOperation> operations,
        SearchLink last,
        Func<SearchOperation, SearchLink> linkOf
    )
    {
        foreach (var operation in operations)
        {
            var link = linkOf(operation);
            link.Join(operation, last);
            last = link;
        }
    }

    /// <summary>The first one to be answered that must still come.</summary>
    private SearchLink? Due()
    {
        var link = _byReturn.Next;
        while (link is { Operation: { } operation } && Covered(operation))
            link = link.Next;
        return link;
    }

    private bool Covered(SearchOperation operation) =>
        operation.Invoke < _covered && operation.Kind is OperationKind.Put or OperationKind.Append;

    private void Go(SearchOperation operation, in RevisionState next, int first)
    {
        var dropped = _dropped.Count;
        var (covered, latestInvoke) = (_covered, _latestInvoke);
        if (_state.Value.Exists && operation.CoversBlindly)
            _covered = _byReturn.Next!.Operation!.Return;
        Take(operation);
        _latestInvoke = Math.Max(_latestInvoke, operation.Invoke);
        while (_byReturn.Next is { Operation: { } past } && past.Return < _latestInvoke)
        {
            Take(past);
            _dropped.Push(past);
        }
        _path.Push(
            new RevisionStep(operation, _state, covered, latestInvoke, first, _dropped.Count - dropped, _source)
        );
        if (operation.Resets || operation.Deletes || !_state.Value.Exists)
            _source = operation;
        _state = next;
    }

    private void GoBack(in RevisionStep step)
    {
        for (var i = 0; i < step.Dropped; i++)
            PutBack(_dropped.Pop());
        PutBack(step.Operation);
        (_state, _covered, _latestInvoke, _source) = (step.Before, step.Covered, step.LatestInvoke, step.Source);
    }

    /// <summary>Puts what may come next on the stack of candidates, the best last.</summary>
    /// <returns>Where the candidates of this state begin.</returns>
    private int Enter()
    {
        var first = _candidates.Count;
        if (Due() is not { Operation: { } due } || !CanExplainReads(due))
            return first;
        foreach (var operation in Open(_known, due))
        {
            // After a later one nothing hidden can come.
            if (operation.Invoke > _byReturn.Next!.Operation!.Return)
                break;
            if (!operation.OnlyReads || !_state.TryApply(operation, out var next) || next != _state)
                continue;
            _candidates.Add(operation);
            return first;
        }
        if (NeededFrom(due) is null && !IsBetterThanSeen(due))
            return first;
        _candidates.Add(null);
        AddKnown(due, first + 1);
        return first;
    }

    private bool IsBetterThanSeen(SearchOperation due)
    {
        var state = _worthless.Contains(_state, due.Return) ? _state.WithoutValue : _state;
        ref var covered = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _seen,
            _ordered ^ state.Hash(),
            out var exists
        );
        if (exists && covered >= _covered)
            return false;
        covered = _covered;
        return true;
    }

    /// <summary>The state before one of unknown outcome that the next one must need.</summary>
    private RevisionState? NeededFrom(SearchOperation due) =>
        _path.TryPeek(out var last)
        && !last.Operation.Known
        && last.Before.Value != _state.Value
        && !(last.Before.Value.Exists && _worthless.Contains(_state, due.Return))
            ? last.Before
            : null;

    private void AddUnknown(SearchOperation due)
    {
        var neededFrom = NeededFrom(due);
        foreach (var operation in Open(_unknown, due))
        {
            if (operation.Twin is { Ordered: false } || !CanBeNext(operation, neededFrom, out var next))
                continue;
            if (HasUse(operation, next, due) || CanCover(operation, next, due))
                _candidates.Add(operation);
        }
    }

    /// <summary>
    /// Whether something that is open can come after the operation, and for one of unknown outcome: not as well without
    /// it.
    /// </summary>
    private bool HasUse(SearchOperation operation, in RevisionState next, SearchOperation due)
    {
        var isWorthless = _state.Value.Exists && _worthless.Contains(next, due.Return);
        foreach (var list in (ReadOnlySpan<SearchLink>)[_known, _unknown])
        {
            foreach (var user in Open(list, due))
            {
                if (user == operation || (isWorthless && (user.CoversBlindly || user.Kind == OperationKind.Append)))
                    continue;
                if (!next.TryApply(user, out var with))
                    continue;
                if (operation.Known || !_state.TryApply(user, out var without))
                    return true;
                var isSame =
                    with == without
                    || (
                        _worthless.Contains(with, due.Return)
                        && _worthless.Contains(without, due.Return)
                        && with.WithoutValue == without.WithoutValue
                    );
                if (!isSame)
                    return true;
            }
        }
        return false;
    }

    /// <summary>One that leaves the value as it is may still cover writes that nobody saw.</summary>
    private bool CanCover(SearchOperation operation, in RevisionState next, SearchOperation due)
    {
        if (!operation.CoversBlindly || next.Value != _state.Value)
            return false;
        foreach (var covered in Open(_known, due))
        {
            if (covered.Kind is OperationKind.Put or OperationKind.Append && !Covered(covered))
                return true;
        }
        return false;
    }

    private bool CanBeNext(SearchOperation operation, in RevisionState? neededFrom, out RevisionState next) =>
        _state.TryApply(operation, out next)
        && (neededFrom is not { } before || !before.TryApply(operation, out var without) || without != next);

    private void AddKnown(SearchOperation due, int start)
    {
        var neededFrom = NeededFrom(due);
        SearchOperation? best = null;
        var dueCanBe = false;
        foreach (var operation in Open(_known, due))
        {
            if (!CanBeNext(operation, neededFrom, out var next))
                continue;
            if (best is null && (operation.Told > 0 || (operation.OnlyReads && next == _state)))
                best = operation;
            else if (operation == due)
                dueCanBe = true;
            else if (!CanBeHidden(operation, next, due) || HasUse(operation, next, due))
                _candidates.Add(operation);
        }
        _candidates.Sort(start, _candidates.Count - start, LatestReturnFirst);
        if (dueCanBe)
            _candidates.Add(due);
        best ??= Wanted(due, neededFrom);
        if (best is not null)
            _candidates.Add(best);
    }

    /// <summary>
    /// Whether it leaves a value that is worth nothing, so that as well it comes right before what covers that. Where
    /// nothing does before it is due, it comes then.
    /// </summary>
    private bool CanBeHidden(SearchOperation operation, in RevisionState next, SearchOperation due) =>
        operation.Kind is OperationKind.Put or OperationKind.Append
        && _state.Value.Exists
        && operation.Return > due.Return
        && operation.Invoke < _byReturn.Next!.Operation!.Return
        && _worthless.Contains(next, due.Return);

    /// <summary>What makes the operation with the lowest revision, or the one that is due, possible.</summary>
    private SearchOperation? Wanted(SearchOperation due, in RevisionState? neededFrom)
    {
        foreach (var wanting in (ReadOnlySpan<SearchOperation?>)[_byRevision.Next?.Operation, due])
        {
            if (wanting is not { Observes: true } || wanting.Invoke > due.Return || _state.TryApply(wanting, out _))
                continue;
            foreach (var list in (ReadOnlySpan<SearchLink>)[_known, _unknown])
            {
                foreach (var operation in Open(list, due))
                {
                    if (CanBeNext(operation, neededFrom, out var next) && next.TryApply(wanting, out _))
                        return operation;
                }
            }
        }
        return null;
    }

    /// <summary>Those that can come before the one that is due, as far as revisions say.</summary>
    private IEnumerable<SearchOperation> Open(SearchLink list, SearchOperation due)
    {
        var lowest = LowestTold;
        // Whoever was told the revision of what is there comes before the next write.
        var onlyReads = _state.IsTold && lowest == _state.Newest;
        for (
            var link = list.Next;
            link is { Operation: { } operation } && operation.Invoke < due.Return;
            link = link.Next
        )
        {
            if (operation.Told <= lowest && (operation.OnlyReads || !onlyReads))
                yield return operation;
        }
    }

    /// <summary>
    /// Whether each read that is open now, the next one to be answered, and the next one of those that told revisions
    /// can still find what it found.
    /// </summary>
    private bool CanExplainReads(SearchOperation due)
    {
        _unexplained = null;
        if (_byRevision.Next is { Operation: { } lowest })
        {
            var isPast = _state.IsTold && lowest.OnlyReads ? lowest.Told < _state.Newest : lowest.Told <= _state.Newest;
            if (isPast || !CanStillFind(lowest) || !CanBeThereAsTold(lowest))
                _unexplained = lowest;
        }
        if (_unexplained is null && _observers.Next is { Operation: { } next } && !CanStillFind(next))
            _unexplained = next;
        if (_unexplained is null && _path.TryPeek(out var last) && !last.Operation.OnlyReads)
        {
            CheckReaders(last.Operation);
            if (last.Source is not null)
                CheckReaders(last.Source);
        }
        for (
            var link = _known.Next;
            _unexplained is null && link is { Operation: { } operation } && operation.Invoke < due.Return;
            link = link.Next
        )
        {
            if (!CanStillFind(operation))
                _unexplained = operation;
        }
        return _unexplained is null;
    }

    private void CheckReaders(SearchOperation written)
    {
        foreach (var read in written.Readers)
        {
            if (!read.Ordered && !CanStillFind(read))
                _unexplained = read;
        }
    }

    private bool CanBeThereAsTold(SearchOperation lowest) =>
        !lowest.Operation.Finds
        || _state.CanLeadTo(lowest.Operation.Found)
        || _unansweredDeletes.Exists(delete => !delete.Ordered && delete.Invoke < lowest.Return);

    private bool CanStillFind(SearchOperation read) => !read.Observes || _values.CanStillFind(read, _state.Value);

    private void Take(SearchOperation operation)
    {
        operation.TakeOut();
        _ordered ^= operation.Mark;
    }

    private void PutBack(SearchOperation operation)
    {
        _ordered ^= operation.Mark;
        operation.PutBack();
    }
}

/// <summary>One operation in the order, and what to return to when it is taken out again.</summary>
internal readonly record struct RevisionStep(
    SearchOperation Operation,
    RevisionState Before,
    int Covered,
    int LatestInvoke,
    int FirstCandidate,
    int Dropped,
    SearchOperation? Source
) : ISearchStep;
