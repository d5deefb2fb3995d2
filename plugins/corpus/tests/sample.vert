<doc id="a" title="He said: &quot;&lt;b&gt;5 &amp; 6&lt;/b&gt;&quot;" date="2020-09-27" source="x|y" tags="one|two" views="12">
<s>
The	word	the
3	number	3
runners	word	runners
(	punct	(
<g/>
in	word	in
red	word	red
<g/>
)	punct	)
ran	word	ran
5	number	5
&gt;	symbol	&gt;
4	number	4
&amp;	punct	&amp;
1	number	1
<g/>
.	punct	.
</s>
<s>
They	word	they
won	word	won
<g/>
!	punct	!
</s>
</doc>
<doc id="nothing">
</doc>
<doc id="b/1 é" title="two lines and a tab">
<s>
قال	word	قال
الوزير	word	الوزير
نعم	word	نعم
<g/>
.	punct	.
http://a.example/?b=1&amp;c=2	url	http://a.example/?b=1&amp;c=2
</s>
<s>
«	punct	«
<g/>
شكرا	word	شكرا
<g/>
»	punct	»
</s>
</doc>
<doc id="empty">
</doc>
<doc id="nul">
<s>
a	word	a
<g/>
b	word	b
</s>
<s>
c	word	c
d	word	d
</s>
</doc>
