using System.Collections.Immutable;

namespace PbKv.Protocol;

/// <summary>
/// Who is in the group: it changes by one member at a time, each time by an entry that counts, so that most of those
/// before and most of those after always have one in common. Who lost its disk is another member: its old place is
/// given up before the new one is taken in.
/// </summary>
internal partial class Register
{
    /// <summary>One of those that this one knows, and asks to be taken in.</summary>
    /// <param name="NamesMe">It heard of this one's disk: so it is no message to an earlier one.</param>
    private readonly record struct Joiner(Member Member, bool NamesMe, bool IsEmpty);

    /// <summary>Whom an operator's answer waits for.</summary>
    private sealed record Asker(NodeAddress To, string Text);

    private ImmutableArray<NodeAddress> _asked;
    private ImmutableArray<Joiner> _joiners = [];
    private ImmutableArray<ViewServiceName> _invited = [];
    private Asker? _asker;

    /// <summary>One change at a time: most of two before, and most of two after, might have none in common.</summary>
    private protected virtual bool MayChange => _counts;

    /// <summary>Who wants to join learns of more to ask, from those that it asks.</summary>
    public void Hear(NodeAddress from, ViewServices told)
    {
        if (Entry is null && told.IsWellFormed && _asked.Contains(from))
            _asked =
            [
                .. _asked
                    .Concat(told.Members.Select(member => member.Address))
                    .Where(address => address != _self.Address)
                    .Distinct()
                    .Take(2 * ViewServices.Most),
            ];
    }

    /// <summary>What nobody else may have begun: see <see cref="OnJoining"/>.</summary>
    private void Found(ImmutableArray<Member> members, Effects effects) =>
        Keep(_state with { Entry = new RegisterEntry(0, 1, _fresh, members, null) }, effects);

    private void AskToJoin(Effects effects)
    {
        var asked = Entry is null ? _asked : [.. Entry.Members.Select(member => member.Address)];
        foreach (var address in asked)
        {
            var known = _joiners.FirstOrDefault(joiner => joiner.Member.Address == address).Member;
            if (address != _self.Address)
                effects.Send(address, new Joining(_self, known.Disk, Entry is null));
        }
    }

    /// <summary>
    /// The first of those that shall be in the group founds it, when all the others have told it that they are in none:
    /// whoever was in one before, and lost its disk, finds one that has not.
    /// </summary>
    private void OnJoining(NodeAddress from, Joining joining, Effects effects)
    {
        // A view service speaks for itself.
        if (joining.From.Address != from)
            return;
        var joiner = new Joiner(joining.From, joining.To == _self.Disk, joining.IsEmpty);
        if (_asked.Contains(from))
            _joiners = [.. _joiners.Where(known => known.Member.Address != from), joiner];
        if (Entry is null)
            FoundIfAllJoin(effects);
        else if (_leads && MayChange)
            Admit(joining.From, effects);
    }

    private void FoundIfAllJoin(Effects effects)
    {
        if (!_mayFound || _peers.IsEmpty || _peers[0] != _self.Name)
            return;
        var members = ImmutableArray.CreateBuilder<Member>();
        members.Add(_self);
        foreach (var peer in _peers.Skip(1))
        {
            var joiner = _joiners.FirstOrDefault(joiner => joiner.Member.Name == peer);
            if (!joiner.NamesMe || !joiner.IsEmpty)
                return;
            members.Add(joiner.Member);
        }
        Found(members.ToImmutable(), effects);
        Try(effects);
    }

    private void Admit(Member joiner, Effects effects)
    {
        var members = Entry!.Members;
        if (members.Contains(joiner))
            return;
        var others = members.Where(member => member.Disk != joiner.Disk).ToImmutableArray();
        var place = others.FirstOrDefault(member => member.Id == joiner.Id || member.Address == joiner.Address);
        var isExpected = _invited.Contains(joiner.Name) || _peers.Contains(joiner.Name);
        if (place == default && (others.Length < members.Length || isExpected && others.Length < ViewServices.Most))
            Change([.. others, joiner], $"{joiner} is one of the view services", effects);
        else if (place == default)
            Refuse(
                $"the view service {joiner} asks to be taken in: 'pbkv view add {joiner.Id}={joiner.Address}' does so, "
                    + "where it shall be one of these",
                effects
            );
        else if (place.Name != joiner.Name || place.Disk == _self.Disk)
            Refuse($"the view service {joiner} asks to be taken in, but {place} has its id or its address", effects);
        else if (!Answers(place))
        {
            Invite(joiner.Name);
            Change(members.Remove(place), $"{place} comes back with another disk: its place is given up", effects);
        }
    }

    /// <summary>
    /// What asks in the name of one that is here may be an old message. And who is removed by an operator, and runs,
    /// would come back.
    /// </summary>
    private bool Answers(Member member) =>
        ReportOf(member.Disk) is not { } report || report.Silent <= _settings.DeadPings;

    private void Change(ImmutableArray<Member> members, string text, Effects effects)
    {
        effects.Notice(NoticeKind.MembersChanged, text);
        Write(members, Entry!.Memory, effects);
    }

    private void OnRequest(NodeAddress from, MemberRequest request, Effects effects)
    {
        if (!_leads)
            effects.Send(from, new MemberAnswer(false, "this view service does not act"));
        else if (!MayChange)
            effects.Send(from, new MemberAnswer(false, "another change is on its way: try again"));
        else if (request.Change == MemberChange.Add)
            Add(from, new ViewServiceName(request.Id, new NodeAddress(request.Address)), effects);
        else if (request.Change == MemberChange.Remove)
            Remove(from, request.Id, effects);
        else
            Transfer(from, request.Id, effects);
    }

    private void Add(NodeAddress from, ViewServiceName added, Effects effects)
    {
        var there = Entry!.Members.FirstOrDefault(member => member.Id == added.Id || member.Address == added.Address);
        if (there != default)
        {
            Answer(from, there.Name == added, $"{there} is one of the view services already", effects);
            return;
        }
        if (Entry.Members.Length >= ViewServices.Most)
        {
            Answer(from, false, $"there are {ViewServices.Most} view services, and more would not be safer", effects);
            return;
        }
        Invite(added);
        Answer(from, true, $"{added} is taken in as soon as it runs and knows one of the others (--peers)", effects);
    }

    private void Invite(ViewServiceName name) =>
        _invited = [.. _invited.Where(known => known.Id != name.Id).TakeLast(ViewServices.Most), name];

    private void Remove(NodeAddress from, string id, Effects effects)
    {
        _invited = _invited.RemoveAll(name => name.Id == id);
        var gone = Entry!.Members.FirstOrDefault(member => member.Id == id);
        if (gone == default)
            Answer(from, true, $"no view service is called '{id}'", effects);
        else if (gone.Disk == _self.Disk)
            Answer(from, false, $"{gone} acts: let another one act, by 'pbkv view transfer', and stop it", effects);
        else if (Answers(gone))
            Answer(from, false, $"{gone} runs: stop it before it is removed, or it would come back", effects);
        else
        {
            _asker = new Asker(from, $"{gone} is removed");
            Change(Entry.Members.Remove(gone), _asker.Text, effects);
        }
    }

    private void Transfer(NodeAddress from, string id, Effects effects)
    {
        var able = Entry!.Members.Where(member => (id.Length == 0 || member.Id == id) && HasEntry(member)).ToList();
        if (able.Count == 0)
        {
            Answer(
                from,
                false,
                id.Length == 0
                    ? "no other view service is there and up to date"
                    : $"'{id}' is no other view service that is there and up to date",
                effects
            );
            return;
        }
        effects.Send(able[0].Address, new Summons(Entry.Group, Term));
        Answer(from, true, $"{able[0]} is asked to act", effects);
    }

    private bool HasEntry(Member member) =>
        ReportOf(member.Disk) is { Silent: <= 1 } report
        && (report.EntryTerm, report.EntryIndex) == (Entry!.Term, Entry.Index);

    private static void Answer(NodeAddress to, bool done, string text, Effects effects) =>
        effects.Send(to, new MemberAnswer(done, text));

    private void AnswerAsker(Effects effects)
    {
        if (_asker is not { } asker)
            return;
        _asker = null;
        Answer(asker.To, true, asker.Text, effects);
    }

    private void AddMembersTo(ref Fingerprint fingerprint)
    {
        foreach (var address in _asked)
            fingerprint.Add(address.Value);
        foreach (var (member, namesMe, isEmpty) in _joiners)
        {
            fingerprint.Add(member.Id);
            fingerprint.Add(member.Address.Value);
            fingerprint.Add(member.Disk);
            fingerprint.Add(namesMe);
            fingerprint.Add(isEmpty);
        }
        foreach (var (id, address) in _invited)
        {
            fingerprint.Add(id);
            fingerprint.Add(address.Value);
        }
        fingerprint.Add(_asker?.To.Value);
        fingerprint.Add(_asker?.Text);
    }
}
